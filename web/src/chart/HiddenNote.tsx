// HiddenNote.tsx - what is hidden is shown as hidden, where the server says that it may be there. How much it is, or
// whether it is there at all, nobody is told.

import { useMutation } from "@tanstack/react-query";
import { api, inChart, told } from "../api/client";
import type { Offer } from "../api/types";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { useChart, type OpenChart } from "./ChartProvider";
import { kindText } from "./together";

interface Asked {
  offer: Offer;
  code: string;
}

/** What the rest of a type takes, where the server offers anything. */
async function offerFor(chart: OpenChart, type: string): Promise<Asked | null> {
  const answer = await told(
    api.POST("/api/v1/charts/{patient}/open", { ...inChart(chart.patient), body: { cell: { action: "read", type } } }),
  );
  if (answer.verdict === "glass") return { offer: answer.offer, code: answer.code };
  if (answer.verdict === "permit" && answer.rest !== null) return { offer: answer.rest, code: "" };
  return null;
}

interface Props {
  /** FHIR types of which there may be more. */
  types: string[];
  offer?: Offer | undefined;
  code?: string | undefined;
  /** Nothing of it is to be seen, not only a part. */
  all?: boolean;
}

export function HiddenNote({ types, offer, code = "", all = false }: Props) {
  const { chart, askForMore } = useChart();
  const ask = useMutation({
    mutationFn: async () => {
      if (offer !== undefined) return { offer, code };
      for (const type of chart === null ? [] : types) {
        const asked = chart === null ? null : await offerFor(chart, type);
        if (asked !== null) return asked;
      }
      return null;
    },
    onSuccess: (asked) => {
      if (asked !== null) askForMore(asked.offer, asked.code);
    },
  });
  return (
    <div className="h-hidden-note h-hidden">
      <p>
        <span className="h-hidden-mark" aria-hidden="true" />
        {all ? texts.chart.hidden.all : texts.chart.hidden.some(types.map(kindText))}
      </p>
      <button type="button" className="h-link-button" onClick={() => ask.mutate()} disabled={ask.isPending}>
        {texts.chart.hidden.ask}
      </button>
      <div role="status">{ask.data === null ? <p>{texts.chart.hidden.nothingOffered}</p> : null}</div>
      {ask.isError ? <ProblemMessage error={ask.error} /> : null}
    </div>
  );
}
