// keeper.ts - how the session of this browser stands, for one tab: the server's word, our own clock, and what somebody
// has asked for here that the server does not know yet.
//
// INVARIANT: whatever locks or ends the session covers the pages first, forgets what they showed and refuses what they
// ask for; telling the server comes after that, and goes on until the server has it.

import type { QueryClient } from "@tanstack/react-query";
import { api, coverDoor, rememberCsrf, told } from "../api/client";
import { serverNow } from "../api/clock";
import { isProblem } from "../api/problem";
import { OwedToServer, type Owed } from "./owed";
import { signInByPasskey, unlockByPasskey } from "./webauthn";
import { endOf, isCovered, lastOf, standing, type EndedBy, type Status } from "./status";
import { Tabs, type Said } from "./tabs";

const askAhead = 10_000; // before an end by idleness: something may have been done elsewhere that put it off
const askAgain = 2000;
const newsGather = 100;

/**
 * Everything that a chart, a case or a list has shown. Pages that stay, hidden, for what was typed on them lose it as
 * well: nothing of it is left in the document.
 */
function forget(client: QueryClient) {
  for (const query of client.getQueryCache().getAll()) if (query.queryKey[0] !== "hospital") query.reset();
  client.removeQueries({ type: "inactive", predicate: (query) => query.queryKey[0] !== "hospital" });
}

export type Given = { user: string; password: string; code: string } | { code: string; pin: string } | "passkey";

/** The password; of a session by a card, its PIN. */
export type Unlocking = { password: string } | "passkey";

export class SessionKeeper {
  readonly tabs = new Tabs();
  readonly owed = new OwedToServer((owed) => this.acknowledged(owed));
  private said: Status = { is: "starting", locked: false };
  private shown: Status = this.said;
  private covered = false;
  private newest: Promise<void> | null = null;
  private later = 0;
  private news = 0;
  private askedAhead = "";
  private readonly watching = new Set<() => void>();

  constructor(private readonly client: QueryClient) {
    this.owed.watch(this.settle);
    this.settle();
  }

  status = (): Status => this.shown;

  watch = (listener: () => void): (() => void) => {
    this.watching.add(listener);
    return () => this.watching.delete(listener);
  };

  /** Until it is stopped: hears the other tabs, and keeps time. */
  start(): () => void {
    const deaf = this.tabs.hear(this.hear);
    const timer = setInterval(this.look, 1000);
    const back = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      this.look();
      void this.refresh();
    };
    document.addEventListener("visibilitychange", this.look);
    window.addEventListener("pageshow", back);
    window.addEventListener("online", this.owed.hurry);
    this.tabs.say({ is: "new" });
    this.owed.start();
    void this.refresh();
    return () => {
      deaf();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", this.look);
      window.removeEventListener("pageshow", back);
      window.removeEventListener("online", this.owed.hurry);
    };
  }

  /** Asks the server. Of several questions under way the last one's answer counts, for all of them. */
  refresh = (): Promise<void> => {
    const asked: Promise<void> = this.ask(() => this.newest !== asked);
    this.newest = asked;
    return asked;
  };

  /** After news, which come several at once: one answer has them all, and nobody waits for it. */
  refreshSoon = () => {
    if (this.news !== 0) return;
    this.news = window.setTimeout(() => {
      this.news = 0;
      void this.refresh();
    }, newsGather);
  };

  lock = () => this.owe("lock");
  signOut = () => this.owe("logout");

  async unlock(given: Unlocking) {
    await this.owed.settleNow();
    if (given === "passkey") await unlockByPasskey();
    else await api.POST("/api/v1/session/unlock", { body: given });
    await this.refresh();
  }

  /** Where a provider asks who somebody is. What is owed goes first: it would meet the session that comes of it. */
  async setOut(provider: string, purpose: "sign-in" | "step-up" | "unlock", then: string): Promise<string> {
    await this.owed.settleNow();
    const body = { purpose, then };
    return (await told(api.POST("/api/v1/providers/{provider}/sign-in", { params: { path: { provider } }, body }))).url;
  }

  /** The session begins once a colleague has vouched: refresh() then finds it. */
  async askVouch(user: string) {
    await this.owed.settleNow();
    const made = await told(api.POST("/api/v1/sessions/vouched", { body: { user, cookie: true } }));
    rememberCsrf(made.csrf);
    if (lastOf(this.said)?.staff !== user) forget(this.client);
    return made;
  }

  /** Nobody shall vouch for a screen that is left: the browser forgets what it asked with, and what that may be by now. */
  async stopAsking() {
    await api.DELETE("/api/v1/session").catch(() => undefined);
    await this.refresh();
  }

  /** By password and code, by a passkey, or by a card and its PIN. */
  async signIn(given: Given) {
    // The old session's end goes first: it would take the new one's cookie with it.
    await this.owed.settleNow();
    const made =
      given === "passkey"
        ? await signInByPasskey()
        : "pin" in given
          ? await told(api.POST("/api/v1/sessions/card", { body: { ...given, cookie: true } }))
          : await told(api.POST("/api/v1/sessions", { body: { ...given, cookie: true } }));
    rememberCsrf(made.csrf);
    if (lastOf(this.said)?.staff !== made.staff) forget(this.client);
    await this.refresh();
  }

  /** The server says that the session is over. */
  end(by: EndedBy) {
    this.newest = null;
    if (this.said.is === "out") {
      // Why it is over may be heard after that it is.
      const better = this.said.by === "other" ? by : this.said.by;
      if (this.said.unsure || better !== this.said.by) this.tell({ ...this.said, by: better, unsure: false });
    } else if (this.said.is === "starting") this.tell({ is: "out", by: null, last: null, unsure: false });
    else this.tell({ is: "out", by: this.shown.is === "out" ? this.shown.by : by, last: this.said.session, unsure: false });
  }

  private owe(is: Owed["is"]) {
    const session = lastOf(this.said)?.session ?? this.owed.current()?.session;
    if (session === undefined) return;
    this.owed.owe(is, session);
    this.tabs.say({ is: "owed", what: is, session });
  }

  /** What was owed is from here on what the server said. */
  private acknowledged({ is, session }: Owed) {
    if (is === "logout") this.tell({ is: "out", by: "logout", last: lastOf(this.said), unsure: false });
    else if (this.said.is === "in") this.tell({ is: "in", session: { ...this.said.session, locked: true } });
    this.tabs.say({ is: "acknowledged", what: is, session });
    void this.refresh();
  }

  private hear = (said: Said) => {
    const owed = this.owed.current();
    if (said.is === "new" && owed !== null) this.tabs.say({ is: "owed", what: owed.is, session: owed.session });
    if (said.is === "owed" && [undefined, said.session].includes(lastOf(this.said)?.session))
      this.owed.owe(said.what, said.session, true);
    if (said.is === "acknowledged") this.owed.settle(said.what, said.session);
  };

  private async ask(overtaken: () => boolean): Promise<void> {
    try {
      const session = await told(api.GET("/api/v1/session"));
      if (overtaken()) return await (this.newest ?? undefined);
      rememberCsrf(session.csrf);
      const before = lastOf(this.said);
      if (before !== null && before.staff !== session.staff) forget(this.client);
      this.tell({ is: "in", session });
    } catch (error) {
      if (overtaken()) return await (this.newest ?? undefined);
      if (isProblem(error, "no-session")) this.end("other");
      else if (this.said.is === "starting" || (this.said.is === "out" && this.said.unsure))
        this.refreshLater();
    }
  }

  private refreshLater() {
    clearTimeout(this.later);
    this.later = window.setTimeout(() => void this.refresh(), askAgain);
  }

  /** Ends the session by the time, whether the server can be reached or not. */
  private look = () => {
    if (this.said.is !== "in") return;
    const { session } = this.said;
    const { at, by } = endOf(session);
    const left = at - serverNow();
    if (left <= 0) {
      this.newest = null;
      this.tell({ is: "out", by, last: session, unsure: true });
      this.refreshLater();
    } else if (left < askAhead && by === "idle" && this.askedAhead !== session.idle_until) {
      this.askedAhead = session.idle_until;
      void this.refresh();
    }
  };

  private tell(said: Status) {
    this.said = said;
    this.settle();
  }

  private settle = () => {
    this.shown = standing(this.said, this.owed.current());
    const before = this.covered;
    this.covered = isCovered(this.shown);
    coverDoor(this.covered);
    if (this.covered && !before) forget(this.client);
    for (const listener of this.watching) listener();
    if (before && !this.covered) void this.client.refetchQueries({ type: "active" });
  };
}
