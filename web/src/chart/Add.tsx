// Add.tsx - adding a note or a measurement to the open chart, where the verdict allows it.
//
// What is typed is kept until it was taken, or thrown away by whoever typed it; whatever ends meanwhile.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, inChart, told } from "../api/client";
import type { OpenAnswer } from "../api/types";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { useChart } from "./ChartProvider";
import { emptyDraft, useDraft, type Draft } from "./drafts";
import { MeasurementForm } from "./MeasurementForm";
import { NoteForm } from "./NoteForm";
import { chartKey } from "./records";

const typeOf = { note: "DocumentReference", measurement: "Observation" } as const;

export function Add({ patient }: { patient: string }) {
  const { askForMore } = useChart();
  const client = useQueryClient();
  const { draft, keep, sent } = useDraft(patient);
  const done = useRef<HTMLParagraphElement>(null);
  const allowed = useMutation({
    mutationFn: (kind: Draft["kind"]): Promise<OpenAnswer> =>
      told(
        api.POST("/api/v1/charts/{patient}/open", {
          ...inChart(patient),
          body: { cell: { action: "append", type: typeOf[kind] } },
        }),
      ),
    onSuccess: (answer, kind) => {
      if (answer.verdict === "permit") keep({ ...emptyDraft, ...draft, kind });
      else if (answer.verdict === "glass") askForMore(answer.offer, answer.code);
    },
  });
  const added = useMutation({
    mutationFn: async (draft: Draft) => {
      sent(draft);
      await client.invalidateQueries({ queryKey: chartKey(patient, typeOf[draft.kind]) });
    },
  });
  useEffect(() => {
    if (added.isSuccess) done.current?.focus();
  }, [added.isSuccess]);
  const t = texts.chart.add;
  const refused = allowed.data?.verdict === "deny" ? allowed.data : null;
  return (
    <section aria-labelledby="chart-add" className="h-section h-add h-no-print">
      <h2 className="nhsuk-heading-m" id="chart-add" tabIndex={-1}>
        {t.title}
      </h2>
      {draft === null ? (
        <div className="h-add-buttons">
          {(["note", "measurement"] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              className="nhsuk-button nhsuk-button--secondary h-button-small"
              disabled={allowed.isPending}
              onClick={() => allowed.mutate(kind)}
            >
              {t.kinds[kind]}
            </button>
          ))}
        </div>
      ) : draft.kind === "note" ? (
        <NoteForm patient={patient} draft={draft} keep={keep} onAdded={added.mutate} />
      ) : (
        <MeasurementForm patient={patient} draft={draft} keep={keep} onAdded={added.mutate} />
      )}
      <div role="status">
        {added.isSuccess && draft === null ? (
          <p className="h-note" tabIndex={-1} ref={done}>
            {t.added}
          </p>
        ) : null}
        {draft?.added ? <p className="h-note">{t.addedBefore}</p> : null}
      </div>
      {refused === null ? null : (
        <p className="h-problem" role="alert">
          {refused.text ?? t.notAllowed} <span className="h-quiet">{texts.code(refused.code)}</span>
        </p>
      )}
      {allowed.isError ? <ProblemMessage error={allowed.error} /> : null}
    </section>
  );
}
