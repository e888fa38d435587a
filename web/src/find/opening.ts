// opening.ts - the chart that was chosen, while it is on its way. Who chooses another one meanwhile wants that one.

import { useRef, useState } from "react";
import type { FoundPatient } from "../api/types";
import { useChart } from "../chart/ChartProvider";

interface Coming {
  patient: string;
  name: string;
  since: number;
}

const hurry = 1500; // milliseconds

export function useOpening() {
  const { open } = useChart();
  const [coming, setComing] = useState<Coming | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const latest = useRef<Coming | null>(null);
  return {
    /** Whose chart is on its way. */
    coming: coming?.name ?? null,
    refused,
    choose: (patient: string, found: FoundPatient | null = null) => {
      if (latest.current?.patient === patient) return;
      const mine = { patient, name: found?.name || patient, since: performance.now() };
      latest.current = mine;
      setComing(mine);
      setRefused(null);
      const over = (error: unknown) => {
        if (latest.current !== mine) return;
        latest.current = null;
        setComing(null);
        setRefused(error);
      };
      open(patient, found).then(() => over(null), over);
    },
    /** A number that is pressed right after a chart was chosen is meant for the reasons that may come: it begins no other search. */
    isForReasons: (key: string) =>
      /^[1-9]$/.test(key) && latest.current !== null && performance.now() - latest.current.since < hurry,
  };
}
