// owed.ts - a lock or a sign-out that somebody has asked for and the server has not acknowledged.
//
// It counts here from the first moment, whether the server can be reached or not, is kept over a reload of the tab, and
// is sent again until the server has it. What is kept is which session it is of, and nothing of a patient.

import { api, told, rememberCsrf } from "../api/client";
import { isProblem } from "../api/problem";

export interface Owed {
  readonly is: "lock" | "logout";
  readonly session: string;
  /** The server has not answered in the time that it usually takes. */
  readonly late: boolean;
}

const storedAt = "halligan.owed";
const soon = 3000;
const pauseMin = 1000;
const pauseMax = 10_000;

function stored(): Owed | null {
  const [is, session] = (sessionStorage.getItem(storedAt) ?? "").split(" ");
  return (is === "lock" || is === "logout") && session ? { is, session, late: true } : null;
}

/** Whose cookie this browser has by now is looked at first: another tab may have signed somebody in. */
async function send({ is, session }: Owed) {
  try {
    const present = await told(api.GET("/api/v1/session"));
    rememberCsrf(present.csrf);
    if (present.session !== session) return;
    if (is === "logout") await api.DELETE("/api/v1/session");
    else if (!present.locked) await api.POST("/api/v1/session/lock", { body: {} });
  } catch (error) {
    if (!isProblem(error, "no-session", "session-locked")) throw error;
  }
}

export class OwedToServer {
  private owed = stored();
  private readonly watching = new Set<() => void>();
  private run = 0;
  private wake: (() => void) | null = null;

  constructor(private readonly acknowledged: (owed: Owed) => void) {}

  /** What was kept over a reload is sent. */
  start() {
    if (this.owed !== null) void this.keepSending(0);
  }

  current = (): Owed | null => this.owed;

  watch = (listener: () => void): (() => void) => {
    this.watching.add(listener);
    return () => this.watching.delete(listener);
  };

  /** Counts at once. A tab that was told by another lets that one send first. */
  owe(is: Owed["is"], session: string, byAnotherTab = false) {
    const before = this.owed;
    if (before?.session === session && (before.is === is || before.is === "logout")) return;
    this.set({ is, session, late: false });
    const mine = this.owed;
    setTimeout(() => this.owed === mine && this.setLate(), soon);
    void this.keepSending(byAnotherTab ? soon : 0);
  }

  /** Another tab says that the server has it. */
  settle(is: Owed["is"], session: string) {
    if (this.owed?.is === is && this.owed.session === session) this.clear(this.owed);
  }

  hurry = () => this.wake?.();

  /** Sends it now; throws what the server says instead of having it. */
  async settleNow() {
    const owed = this.owed;
    if (owed === null) return;
    try {
      await send(owed);
    } catch (error) {
      this.setLate();
      throw error;
    }
    this.settle(owed.is, owed.session);
  }

  private async keepSending(firstPause: number) {
    this.run += 1;
    const run = this.run;
    for (let pause = firstPause; ; pause = Math.min(pauseMax, Math.max(pauseMin, pause * 2))) {
      if (pause > 0) await this.rest(pause);
      if (run !== this.run || this.owed === null) return;
      try {
        await this.settleNow();
      } catch {
        // sent again after a pause
      }
    }
  }

  private async rest(pause: number) {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, pause);
    });
  }

  private setLate() {
    if (this.owed !== null && !this.owed.late) this.set({ ...this.owed, late: true });
  }

  private clear(owed: Owed) {
    this.acknowledged(owed);
    this.set(null);
  }

  private set(owed: Owed | null) {
    this.owed = owed;
    if (owed === null) sessionStorage.removeItem(storedAt);
    else sessionStorage.setItem(storedAt, `${owed.is} ${owed.session}`);
    for (const listener of this.watching) listener();
  }
}
