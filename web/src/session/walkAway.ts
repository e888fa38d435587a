// walkAway.ts - the screen locks when nobody has touched any tab for as long as the policy says.

import { useEffect } from "react";
import { useHospital } from "./hospital";
import { useSession, useSessionState } from "./SessionProvider";

const signs = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;
const tellEvery = 1000;

/** Milliseconds since it was made; a clock that is put back does not hold it up, nor does a machine that slept. */
function stopwatch(): () => number {
  const [steady, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - steady, Date.now() - wall);
}

export function useWalkAwayLock() {
  const { lock_seconds } = useHospital();
  const { lock, tabs } = useSessionState();
  const { locked, session } = useSession();
  useEffect(() => {
    if (lock_seconds === null || locked) return;
    let untouched = stopwatch();
    let untold = () => Infinity;
    const tooLong = () => untouched() >= lock_seconds * 1000;
    const touch = () => {
      // The touch that wakes a machine comes before any timer runs.
      if (tooLong()) {
        lock();
        return;
      }
      untouched = stopwatch();
      if (untold() < tellEvery) return;
      untold = stopwatch();
      tabs.say({ is: "touched", session });
    };
    // Said only where the time was not over: this tab may have been frozen meanwhile, and its own watch says nothing.
    const deaf = tabs.hear((said) => {
      if (said.is === "touched" && said.session === session) untouched = stopwatch();
    });
    for (const sign of signs) window.addEventListener(sign, touch, { passive: true, capture: true });
    const timer = setInterval(() => {
      if (tooLong()) lock();
    }, 1000);
    return () => {
      clearInterval(timer);
      deaf();
      for (const sign of signs) window.removeEventListener(sign, touch, { capture: true });
    };
  }, [lock_seconds, locked, session, lock, tabs]);
}
