// live.ts - what the server tells without being asked (GET /api/v1/events), and whether it can be
// reached at all.
//
// The stream says something at least every ten seconds; silence for longer, or an end, is loss of
// contact. After each new start everything is asked for afresh, for what happened meanwhile is
// told by nobody.

import { askStream } from "./client";
import { isProblem } from "./problem";

export interface LiveEvent {
  kind: "hello" | "glass" | "case" | "session" | "chart" | "policy" | "people" | "lost";
  data: Record<string, unknown>;
}

type Listener = (event: LiveEvent) => void;
const silenceMax = 25_000;
const retryMin = 500;
const retryMax = 10_000;

export type Contact = "connecting" | "live" | "lost";

export class LiveStream {
  private readonly listeners = new Set<Listener>();
  private readonly contactListeners = new Set<() => void>();
  private stopping = new AbortController();
  private contactNow: Contact = "connecting";
  private wake: (() => void) | null = null;

  contact = (): Contact => this.contactNow;

  watchContact = (listener: () => void): (() => void) => {
    this.contactListeners.add(listener);
    return () => this.contactListeners.delete(listener);
  };

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start() {
    this.stopping = new AbortController();
    void this.keepReading(this.stopping.signal);
    window.addEventListener("online", this.hurry);
  }

  stop() {
    window.removeEventListener("online", this.hurry);
    this.stopping.abort();
  }

  private hurry = () => this.wake?.();

  private say(contact: Contact) {
    if (this.contactNow === contact) return;
    this.contactNow = contact;
    for (const listener of this.contactListeners) listener();
  }

  private tell(event: LiveEvent) {
    for (const listener of this.listeners) listener(event);
  }

  private async keepReading(stopped: AbortSignal) {
    let wait = retryMin;
    while (!stopped.aborted) {
      try {
        await this.readOnce(stopped, () => {
          wait = retryMin;
        });
      } catch (error) {
        if (isProblem(error, "no-session")) {
          this.tell({ kind: "session", data: { change: "ended", by: null } });
          return;
        }
      }
      if (stopped.aborted) return;
      this.say("lost");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wait = Math.min(retryMax, wait * 2);
    }
  }

  private async readOnce(stopped: AbortSignal, begun: () => void) {
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), silenceMax);
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), silenceMax);
    };
    try {
      const answer = await askStream("/api/v1/events", AbortSignal.any([stopped, silent.signal]));
      if (answer.body === null) return;
      let rest = "";
      const text = answer.body.pipeThrough(new TextDecoderStream());
      for await (const piece of text) {
        heard();
        rest += piece;
        const blocks = rest.split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const event = eventOf(block);
          if (event === null) continue;
          if (event.kind === "hello") {
            begun();
            this.say("live");
          }
          this.tell(event);
        }
      }
    } finally {
      clearTimeout(timer);
    }
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
