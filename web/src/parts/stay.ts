// stay.ts - whether somebody is still where they were when they pressed a button whose answer takes its time.
//
//   const begin = useStay(patient);
//   const still = begin();
//   await ...;
//   if (still()) ...   // the same thing is in front, and has been all the while

import { useEffect, useRef } from "react";
import { useCovered } from "../session/SessionProvider";

/** `of`: what is in front. Going elsewhere, and a lock, end a stay. */
export function useStay(of: string): () => () => boolean {
  const covered = useCovered();
  const present = useRef<object | null>(null);
  useEffect(() => {
    if (covered) return;
    present.current = {};
    return () => {
      present.current = null;
    };
  }, [of, covered]);
  return () => {
    const begun = present.current;
    return () => begun !== null && present.current === begun;
  };
}
