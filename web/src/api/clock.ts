// clock.ts - what time it is at the server, by the dates of its answers. A clock of this machine that is wrong, or put
// back, makes nothing live longer on the screen; one put forward, or a machine that slept, ends it sooner.

const steady = () => performance.timeOrigin + performance.now();

let heard: { told: number; steady: number; wall: number } | null = null;

/** Milliseconds, as Date.now(). */
export function serverNow(): number {
  if (heard === null) return Date.now();
  return heard.told + Math.max(steady() - heard.steady, Date.now() - heard.wall);
}

/** The Date of an answer: cut to the second, so only what is off by more than that is corrected. */
export function hearTime(date: string | null) {
  const told = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(told)) return;
  if (heard !== null && Math.abs(told + 500 - serverNow()) < 1500) return;
  heard = { told: told + 500, steady: steady(), wall: Date.now() };
}
