// PrintButton.tsx - prints the page of a chart, after that was written down and only then.

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, inChart, told } from "../api/client";
import { printRecorded } from "../parts/paper";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useStay } from "../parts/stay";
import { texts } from "../texts";
import { useChart } from "./ChartProvider";

/** `what` is on the page, in words for the ledger. */
export function PrintButton({ patient, what = "chart" }: { patient: string; what?: string }) {
  const { askForMore } = useChart();
  const begin = useStay(`${patient} ${what}`);
  const [refused, setRefused] = useState<string | null>(null);
  const print = useMutation({
    mutationFn: async () => {
      const still = begin();
      const body = { kind: "print" as const, what };
      return { answer: await told(api.POST("/api/v1/charts/{patient}/copies", { ...inChart(patient), body })), still };
    },
    onSuccess: ({ answer, still }) => {
      setRefused(null);
      // Another patient's chart may be in front by now.
      if (!still()) return;
      if (answer.verdict === "permit") printRecorded();
      else if (answer.verdict === "glass") askForMore(answer.offer, answer.code);
      else setRefused(answer.text ?? texts.problems.other);
    },
  });
  return (
    <>
      <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" disabled={print.isPending} onClick={() => print.mutate()}>
        {texts.chart.print}
      </button>
      {refused === null ? null : (
        <p className="h-problem" role="alert">
          {refused}
        </p>
      )}
      {print.isError ? <ProblemMessage error={print.error} /> : null}
    </>
  );
}
