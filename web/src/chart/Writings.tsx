// Writings.tsx - notes and letters, reports and documents: a line each, the text when one asks for it.

import { useMemo, useState } from "react";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { HiddenNote } from "./HiddenNote";
import { PartBody, type Asking } from "./Part";
import { useRecords } from "./records";
import { StaffName } from "./StaffName";
import { documentsOf, notesOf, type Writing } from "./written";

export function Notes({ patient }: { patient: string }) {
  const documents = useRecords(patient, "DocumentReference");
  const compositions = useRecords(patient, "Composition");
  const notes = useMemo(
    () => notesOf(documents.data?.resources ?? [], compositions.data?.resources ?? []),
    [documents.data, compositions.data],
  );
  return (
    <List id="chart-notes" title={texts.chart.notes} query={documents} type="DocumentReference" all={notes} none={texts.chart.noneRecorded.notes}
      mayBeMore={Boolean(documents.data?.mayBeMore)} />
  );
}

export function Documents({ patient }: { patient: string }) {
  const documents = useRecords(patient, "DocumentReference");
  const reports = useRecords(patient, "DiagnosticReport");
  const all = useMemo(
    () => documentsOf(documents.data?.resources ?? [], reports.data?.resources ?? []),
    [documents.data, reports.data],
  );
  return (
    <List id="chart-documents" title={texts.chart.documents} query={reports} type="DiagnosticReport" all={all} none={texts.chart.noneRecorded.documents}
      mayBeMore={Boolean(reports.data?.mayBeMore)} />
  );
}

interface Props {
  id: string;
  title: string;
  query: Asking;
  type: string;
  all: Writing[];
  none: string;
  mayBeMore: boolean;
}

const atOnce = 20;

function List({ id, title, query, type, all, none, mayBeMore }: Props) {
  const [count, setCount] = useState(atOnce);
  return (
    <section aria-labelledby={id} className="h-section">
      <h2 className="nhsuk-heading-m" id={id} tabIndex={-1}>
        {title}
      </h2>
      <PartBody query={query} type={type} what={title}>
        {all.length === 0 ? <p className="h-item-none">{mayBeMore ? texts.chart.noneShown : none}</p> : null}
        {all.slice(0, count).map((writing) => (
          <One key={writing.id} writing={writing} />
        ))}
        {all.length > count ? (
          <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setCount(count + atOnce)}>
            {texts.more}
          </button>
        ) : null}
        {mayBeMore ? <HiddenNote types={[type]} /> : null}
      </PartBody>
    </section>
  );
}

function One({ writing }: { writing: Writing }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="h-writing" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <bdi className="h-writing-title">{writing.title || texts.chart.said.unnamed}</bdi>
        <span className="h-writing-by">
          <Moment at={writing.when} shape="date" /> <StaffName id={writing.by} />
        </span>
      </summary>
      {open ? <Content writing={writing} /> : null}
    </details>
  );
}

function Content({ writing }: { writing: Writing }) {
  return (
    <>
      {writing.text === "" ? null : (
        <div className="h-writing-text" dir="auto">
          {writing.text}
        </div>
      )}
      {writing.attached.map((attachment, n) => (
        <p key={n} className="h-quiet">
          {texts.chart.attachment(attachment.title || texts.chart.said.unnamed, attachment.kind)}
        </p>
      ))}
    </>
  );
}
