// gather.ts - news that come many at once are looked into together: soon after the first of them, however many go on
// coming, and never twice at a time.

import { useEffect, useRef } from "react";

export class Gathered {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private more = false;

  constructor(
    private readonly look: () => Promise<unknown>,
    private readonly pause: number,
  ) {}

  ask = () => {
    if (this.running) this.more = true;
    else this.timer ??= setTimeout(() => void this.run(), this.pause);
  };

  /** What was asked for and has not begun is given up. */
  stop = () => {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.more = false;
  };

  private async run() {
    this.timer = undefined;
    this.running = true;
    await this.look().catch(() => undefined); // whoever looks says what went wrong
    this.running = false;
    if (!this.more) return;
    this.more = false;
    this.ask();
  }
}

/** Asks for `look` in `pause` milliseconds, as long as the page is there. */
export function useGathered(look: () => Promise<unknown>, pause: number): Gathered {
  const latest = useRef(look);
  latest.current = look;
  const gathered = useRef<Gathered>(null);
  gathered.current ??= new Gathered(() => latest.current(), pause);
  useEffect(() => gathered.current?.stop, []);
  return gathered.current;
}
