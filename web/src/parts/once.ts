// once.ts - however often a button is pressed before the screen has caught up, what it does is sent once.

import { useRef } from "react";

interface Sending<V> {
  mutate: (variables: V, options: { onSettled: () => void }) => void;
}

export function useOnce<V>(sending: Sending<V>): (variables: V) => void {
  const busy = useRef(false);
  return (variables) => {
    if (busy.current) return;
    busy.current = true;
    sending.mutate(variables, {
      onSettled: () => {
        busy.current = false;
      },
    });
  };
}
