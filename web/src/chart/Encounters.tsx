// Encounters.tsx - when the patient was here, newest first.

import { useMemo, useState } from "react";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { HiddenNote } from "./HiddenNote";
import { PartBody } from "./Part";
import { useRecords } from "./records";
import { StaffName } from "./StaffName";
import { staysOf, type Stay } from "./stays";
import { noneText, together } from "./together";

const atOnce = 10;

export function Encounters({ patient }: { patient: string }) {
  const query = useRecords(patient, "Encounter");
  const part = together({ Encounter: query });
  const [count, setCount] = useState(atOnce);
  const all = useMemo(() => staysOf(query.data?.resources ?? []), [query.data]);
  const t = texts.chart;
  return (
    <section aria-labelledby="chart-encounters" className="h-section">
      <h2 className="nhsuk-heading-m" id="chart-encounters" tabIndex={-1}>
        {t.encounters}
      </h2>
      <PartBody query={part} type="Encounter" what={t.encounters}>
        {all.length === 0 ? <p className="h-item-none">{noneText(part, t.noneRecorded.encounters)}</p> : null}
        <ol className="h-encounters">
          {all.slice(0, count).map((one) => (
            <Line key={one.id} stay={one} />
          ))}
        </ol>
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

function Line({ stay }: { stay: Stay }) {
  return (
    <li className="h-encounter">
      <span className="h-encounter-when">
        <Moment at={stay.begun} shape="date" />
      </span>
      <span className="h-encounter-what">
        <bdi className="h-encounter-kind">{stay.kind}</bdi>
        {stay.here ? <span className="h-tag good">{texts.chart.stillHere}</span> : null}
        {stay.details.map((detail, n) => (
          <bdi key={n} className="h-encounter-detail">
            {detail}
          </bdi>
        ))}
      </span>
      <span className="h-encounter-by">
        <StaffName id={stay.by} />
      </span>
    </li>
  );
}
