// ShutNotice.tsx - the chart is shut: why, what can be done, and what had been written in it, to be copied.

import { useEffect, useState } from "react";
import { Link } from "react-router";
import { known } from "../parts/known";
import { Page } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { useChart, type Shut } from "./ChartProvider";
import { useDraft, type Draft } from "./drafts";
import { measurements } from "./measurements";

function whyText({ by, detail }: Shut): string {
  const t = texts.chart.shutBy;
  if (by === "ended" && detail !== null) return known(texts.chart.endedBy, detail) ?? t.ended;
  return t[by];
}

export function ShutNotice({ shut }: { shut: Shut }) {
  const { open, opening } = useChart();
  const [failed, setFailed] = useState<unknown>(null);
  const name = shut.found?.name;
  useEffect(() => {
    window.scrollTo(0, 0);
  }, []);
  const t = texts.chart;
  return (
    <Page title={t.shutTitle}>
      <div className="h-card h-shut">
        <p>{whyText(shut)}</p>
        {shut.by === "closed" && shut.detail === "untold" ? <p className="h-problem">{t.untold}</p> : null}
        <p className="h-quiet">{t.nothingLeft}</p>
        <div className="h-add-buttons">
          <Link className="nhsuk-button h-button-small" to="/find">
            {t.backToSearch}
          </Link>
          <button
            type="button"
            className="nhsuk-button nhsuk-button--secondary h-button-small"
            disabled={opening}
            onClick={() => {
              setFailed(null);
              open(shut.patient, shut.found).catch(setFailed);
            }}
          >
            {t.openAgain}
          </button>
        </div>
        <p className="h-quiet">
          {t.itWas} <bdi>{name ?? ""}</bdi> {shut.patient}
        </p>
      </div>
      {failed === null ? null : <ProblemMessage error={failed} />}
      <KeptDraft patient={shut.patient} />
    </Page>
  );
}

function textOf(draft: Draft): string {
  if (draft.kind === "note") return draft.text;
  const measurement = measurements.find((one) => one.code === draft.code) ?? measurements[0];
  return (measurement?.fields ?? []).map((field, n) => `${measurement?.label ?? ""}, ${field.label}: ${draft.values[n] ?? ""} ${field.unit}`).join("\n");
}

function KeptDraft({ patient }: { patient: string }) {
  const { draft, keep } = useDraft(patient);
  const [copied, setCopied] = useState<"yes" | "no" | null>(null);
  if (draft === null || (draft.text.trim() === "" && draft.values.every((value) => value === ""))) return null;
  const text = textOf(draft);
  const t = texts.chart.kept;
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied("yes"), () => setCopied("no"));
  return (
    <section className="h-card h-kept" aria-labelledby="kept-draft">
      <h2 className="nhsuk-heading-m" id="kept-draft">
        {t.title}
      </h2>
      <p>{draft.added ? texts.chart.add.addedBefore : t.why}</p>
      <textarea className="nhsuk-textarea" readOnly rows={6} dir="auto" value={text} aria-label={t.title} />
      <div className="h-add-buttons">
        <button type="button" className="nhsuk-button h-button-small" onClick={() => void copy()}>
          {t.copy}
        </button>
        <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => keep(null)}>
          {texts.chart.add.throwAway}
        </button>
      </div>
      <p role="status">{copied === "yes" ? t.copied : copied === "no" ? t.notCopied : ""}</p>
    </section>
  );
}
