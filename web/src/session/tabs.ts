// tabs.ts - what the tabs of one browser tell each other of their session: ids of ours, and nothing of a patient.

import type { Owed } from "./owed";

export type Said =
  /** Somebody has locked, or signed out; also the answer to a tab that is new. */
  | { is: "owed"; what: Owed["is"]; session: string }
  | { is: "acknowledged"; what: Owed["is"]; session: string }
  | { is: "touched"; session: string }
  /** A tab has been opened. */
  | { is: "new" };

export class Tabs {
  private readonly channel = new BroadcastChannel("halligan-session");

  say(said: Said) {
    this.channel.postMessage(said);
  }

  hear(listener: (said: Said) => void): () => void {
    const hear = ({ data }: MessageEvent<Said>) => listener(data);
    this.channel.addEventListener("message", hear);
    return () => this.channel.removeEventListener("message", hear);
  }
}
