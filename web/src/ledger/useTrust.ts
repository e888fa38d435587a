// useTrust.ts - which key this browser believes, and what it has verified with it.
//
// The server's key is believed at first sight; afterwards the remembered one counts, whatever the server says.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { readVerifierKey, type VerifierKey } from "./note";
import { recall, remember, type Remembered } from "./memory";

export interface Trust {
  key: VerifierKey | null;
  remembered: Remembered | null;
  /** What the server says, where it is not what is remembered. */
  otherServed: string | null;
  keep: (what: Remembered) => void;
}

export function useTrust(served: string): Trust {
  const [remembered, setRemembered] = useState(recall);
  const text = remembered?.key ?? served;
  const { data } = useQuery({
    queryKey: ["ledger", "key", text],
    queryFn: () => readVerifierKey(text),
    staleTime: Infinity,
  });
  return {
    key: data ?? null,
    remembered,
    otherServed: remembered !== null && remembered.key !== served ? served : null,
    keep: (what) => {
      remember(what);
      setRemembered(what);
    },
  };
}
