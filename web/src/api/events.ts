// events.ts - reads GET /api/v1/events, and begins anew whenever it breaks off.
//
// The stream says something at least every ten seconds; silence for longer, or an end, is loss of contact. After each
// new start everything is asked for afresh, for what happened meanwhile is told by nobody.

import { askStream } from "./client";
import { isProblem } from "./problem";

export interface LiveEvent {
  kind: "hello" | "glass" | "case" | "session" | "chart" | "policy" | "people" | "lost";
  data: Record<string, unknown>;
}

export type Contact = "connecting" | "live" | "lost";

export interface Hearer {
  event: (event: LiveEvent) => void;
  lost: () => void;
  /** The server is there, even where it has nothing to tell. */
  alive: () => void;
}

const silenceMax = 25_000;
const retryMin = 500;
const retryMax = 10_000;

export class EventReader {
  private wait = retryMin;
  private wake: (() => void) | null = null;
  private wakeAt = 0;
  private silent = new AbortController();
  private heardAt: number | null = null;

  constructor(private readonly hearer: Hearer) {}

  /** Until it is stopped, or nobody is signed in. */
  async read(stopped: AbortSignal) {
    stopped.addEventListener("abort", this.hurry);
    while (!stopped.aborted) {
      try {
        await this.readOnce(stopped);
      } catch (error) {
        if (isProblem(error, "no-session")) {
          this.hearer.event({ kind: "session", data: { change: "ended", by: null } });
          return;
        }
      }
      if (stopped.aborted) return;
      this.hearer.lost();
      await this.rest();
    }
  }

  /** Asks at once where it waits before it asks again. */
  hurry = () => this.wake?.();

  /** Browsers make the timers of a page out of sight late: whoever hears of the time passing says so here. */
  check() {
    const now = performance.now();
    if (this.wake !== null && now >= this.wakeAt) this.wake();
    if (this.heardAt !== null && now - this.heardAt > silenceMax) this.silent.abort();
  }

  private async rest() {
    this.wakeAt = performance.now() + this.wait;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.wait);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
    this.wait = Math.min(retryMax, this.wait * 2);
  }

  private async readOnce(stopped: AbortSignal) {
    this.silent = new AbortController();
    this.heardAt = performance.now();
    try {
      const answer = await askStream("/api/v1/events", AbortSignal.any([stopped, this.silent.signal]));
      if (answer.body === null) return;
      let rest = "";
      for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
        this.heardAt = performance.now();
        this.hearer.alive();
        const blocks = (rest + piece).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) this.tell(eventOf(block));
      }
    } finally {
      this.heardAt = null;
    }
  }

  private tell(event: LiveEvent | null) {
    if (event === null) return;
    if (event.kind === "hello") this.wait = retryMin;
    this.hearer.event(event);
  }
}

export function eventOf(block: string): LiveEvent | null {
  let kind = "";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) kind = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (kind === "") return null;
  return { kind: kind as LiveEvent["kind"], data: data === "" ? {} : (JSON.parse(data) as LiveEvent["data"]) };
}
