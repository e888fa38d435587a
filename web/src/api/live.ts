// live.ts - what the server tells without being asked, and whether it can be reached at all: one stream for all tabs of
// a session, for a browser has six connections to a host, and a stream keeps one.
//
// The tab that holds a lock of the browser's leads: it reads the stream and passes on what it hears. When it goes, the
// next one has the lock, and everything is asked for afresh. A leader that says nothing any more, as one that the browser
// has frozen, is robbed of the lock. What is passed on is ids of ours, and nothing of a patient.

import { EventReader, type Contact, type LiveEvent } from "./events";

export type { Contact, LiveEvent } from "./events";

type Listener = (event: LiveEvent) => void;
type Said =
  | { session: string; is: "event"; event: LiveEvent }
  | { session: string; is: "contact"; contact: Contact }
  | { session: string; is: "question" };

const lookEvery = 3000;
const lostAfter = 3; // questions that no leader has answered
const robAfter = 6;

export class LiveStream {
  private readonly listeners = new Set<Listener>();
  private readonly contactListeners = new Set<() => void>();
  private contactNow: Contact = "connecting";
  private session = "";
  private tabs: BroadcastChannel | null = null;
  private timer = 0;
  private stopping = new AbortController();
  /** Ends this tab's place in the queue, or its lead. */
  private turn = new AbortController();
  private reader: EventReader | null = null;
  private heardAt = 0;
  private unanswered = 0;

  contact = (): Contact => this.contactNow;

  watchContact = (listener: () => void): (() => void) => {
    this.contactListeners.add(listener);
    return () => this.contactListeners.delete(listener);
  };

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(session: string) {
    this.session = session;
    this.unanswered = 0;
    this.heardAt = 0;
    this.stopping = new AbortController();
    this.tabs = new BroadcastChannel("halligan-live");
    this.tabs.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.session === this.session) this.hear(data);
    };
    this.timer = window.setInterval(this.look, lookEvery);
    window.addEventListener("online", this.hurry);
    void this.queue(this.stopping.signal);
    this.look();
  }

  stop() {
    window.removeEventListener("online", this.hurry);
    clearInterval(this.timer);
    this.stopping.abort();
    this.tabs?.close();
    this.tabs = null;
  }

  private hurry = () => this.reader?.hurry();

  private async queue(stopped: AbortSignal) {
    let rob = false;
    let over = false;
    while (!stopped.aborted && !over) {
      const turn = new AbortController();
      this.turn = turn;
      const signal = AbortSignal.any([stopped, turn.signal]);
      const lead = async () => {
        await this.lead(signal);
        over = !signal.aborted;
      };
      // What is thrown: it was stopped, or another tab has the lead now.
      await navigator.locks.request(`halligan-live:${this.session}`, rob ? { steal: true } : { signal }, lead).catch(() => undefined);
      turn.abort();
      rob = this.unanswered >= robAfter;
      this.unanswered = 0;
    }
  }

  private async lead(stopped: AbortSignal) {
    let following = this.heardAt > 0;
    const reader = new EventReader({
      lost: () => this.say("lost"),
      alive: () => this.post({ session: this.session, is: "contact", contact: this.contactNow }),
      event: (event) => {
        this.post({ session: this.session, is: "event", event });
        if (event.kind === "hello") this.say("live");
        this.tell(event);
        if (event.kind === "hello" && following) this.tell({ kind: "lost", data: {} });
        following = false;
      },
    });
    this.reader = reader;
    this.post({ session: this.session, is: "contact", contact: this.contactNow });
    await reader.read(stopped);
    if (this.reader === reader) this.reader = null;
  }

  private hear(said: Said) {
    if (said.is === "question") {
      if (this.reader === null) return;
      this.reader.check();
      this.post({ session: this.session, is: "contact", contact: this.contactNow });
      return;
    }
    if (this.reader !== null) return; // the last words of one that led before
    this.heardAt = performance.now();
    this.unanswered = 0;
    if (said.is === "event") this.follow(said.event);
    else {
      const back = this.contactNow === "lost" && said.contact === "live";
      this.say(said.contact);
      if (back) this.tell({ kind: "lost", data: {} });
    }
  }

  /** To a tab that follows, a stream begun anew is one that may have missed something. */
  private follow(event: LiveEvent) {
    if (event.kind === "hello") this.say("live");
    this.tell(event.kind === "hello" ? { kind: "lost", data: {} } : event);
  }

  /** Whether somebody leads is found out by asking; whether the one who leads hears anything, by looking. */
  private look = () => {
    if (this.reader !== null) return this.reader.check();
    if (this.heardAt > 0 && performance.now() - this.heardAt < lookEvery - 500) return;
    if (this.unanswered >= robAfter) return this.turn.abort();
    if (this.unanswered >= lostAfter) this.say("lost");
    this.unanswered += 1;
    this.post({ session: this.session, is: "question" });
  };

  private post(said: Said) {
    this.tabs?.postMessage(said);
  }

  private say(contact: Contact) {
    if (this.contactNow === contact) return;
    this.contactNow = contact;
    if (this.reader !== null) this.post({ session: this.session, is: "contact", contact });
    for (const listener of this.contactListeners) listener();
  }

  private tell(event: LiveEvent) {
    for (const listener of this.listeners) listener(event);
  }
}
