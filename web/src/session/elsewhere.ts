// elsewhere.ts - a provider in a window of its own: this page stays as it is, with what was typed on it.
//
// That window comes back to a page of ours (Back.tsx), which says so to every page of this browser. They are apart
// otherwise: neither can reach into the other. What comes of it the server knows; here it is only asked again.

import { ApiProblem } from "../api/problem";

const channel = "halligan-elsewhere";
const mark = "halligan-elsewhere";
const path = "/console/back";

interface Said {
  /** Null: the way is not known any more. */
  journey: string | null;
  /** What was wrong; "": nothing. */
  word: string;
}

/** The browser let no window open. */
export class NoWindow extends Error {}
/** It came back, and not as it should. */
export class CameBack extends Error {
  constructor(readonly word: string) {
    super(word);
  }
}
/** Nobody waits for it any more. */
export class GivenUp extends Error {}

export interface Journey {
  /** It came back as it should. Else: CameBack, GivenUp, or what the server said. */
  over: Promise<void>;
  giveUp: () => void;
}

/**
 * Only where somebody has just pressed a button: browsers let no window open otherwise. `address` says where it goes, of
 * a way that ends at `then`.
 */
export function goElsewhere(address: (then: string) => Promise<string>): Journey {
  const journey = crypto.randomUUID();
  const there = window.open("about:blank", "_blank", "popup,width=560,height=760");
  if (there === null) throw new NoWindow();
  // The window keeps this on its way, wherever it comes back to.
  there.sessionStorage.setItem(mark, journey);
  const hearing = new BroadcastChannel(channel);
  let giveUp: () => void = () => undefined;
  const over = new Promise<void>((done, fail) => {
    giveUp = () => fail(new GivenUp());
    hearing.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.journey !== null && data.journey !== journey) return;
      if (data.word === "") done();
      else fail(new CameBack(data.word));
    };
    address(`${path}?journey=${journey}`).then(
      (url) => there.location.assign(url),
      (error: unknown) => {
        there.close();
        fail(error instanceof Error ? error : new ApiProblem(0, "other"));
      },
    );
  }).finally(() => hearing.close());
  return { over, giveUp };
}

/** Whether this window was opened to go elsewhere and has come back; told once. */
export function cameBackHere(): Said | null {
  const { pathname, searchParams } = new URL(location.href);
  const marked = sessionStorage.getItem(mark);
  if (pathname !== path && marked === null) return null;
  sessionStorage.removeItem(mark);
  return { journey: searchParams.get("journey") ?? marked, word: searchParams.get("provider") ?? "" };
}

export function sayCameBack(said: Said) {
  const saying = new BroadcastChannel(channel);
  saying.postMessage(said);
  saying.close();
}
