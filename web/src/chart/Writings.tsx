// Writings.tsx - notes and letters, reports and documents: a line each, the text when one asks for it.

import { useMemo, useState } from "react";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { HiddenNote } from "./HiddenNote";
import { PartBody } from "./Part";
import { useRecords } from "./records";
import { StaffName } from "./StaffName";
import { noneText, resourcesOf, together, type Together } from "./together";
import { documentsOf, notesOf, type Writing } from "./written";

export function Notes({ patient }: { patient: string }) {
  const documents = useRecords(patient, "DocumentReference");
  const compositions = useRecords(patient, "Composition");
  const [filed, written] = [resourcesOf(documents), resourcesOf(compositions)];
  const notes = useMemo(() => notesOf(filed, written), [filed, written]);
  const part = together({ DocumentReference: documents, Composition: compositions });
  return <List id="chart-notes" title={texts.chart.notes} part={part} type="DocumentReference" all={notes} none={texts.chart.noneRecorded.notes} />;
}

export function Documents({ patient }: { patient: string }) {
  const documents = useRecords(patient, "DocumentReference");
  const reports = useRecords(patient, "DiagnosticReport");
  const [filed, told] = [resourcesOf(documents), resourcesOf(reports)];
  const all = useMemo(() => documentsOf(filed, told), [filed, told]);
  const part = together({ DocumentReference: documents, DiagnosticReport: reports });
  return <List id="chart-documents" title={texts.chart.documents} part={part} type="DiagnosticReport" all={all} none={texts.chart.noneRecorded.documents} />;
}

interface Props {
  id: string;
  title: string;
  part: Together;
  type: string;
  all: Writing[];
  none: string;
}

const atOnce = 20;

function List({ id, title, part, type, all, none }: Props) {
  const [count, setCount] = useState(atOnce);
  return (
    <section aria-labelledby={id} className="h-section">
      <h2 className="nhsuk-heading-m" id={id} tabIndex={-1}>
        {title}
      </h2>
      <PartBody query={part} type={type} what={title}>
        {all.length === 0 ? <p className="h-item-none">{noneText(part, none)}</p> : null}
        {all.slice(0, count).map((writing) => (
          <One key={writing.id} writing={writing} />
        ))}
        {all.length > count ? (
          <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setCount(count + atOnce)}>
            {texts.more}
          </button>
        ) : null}
        {part.hidden.length > 0 ? <HiddenNote types={part.hidden} /> : null}
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
