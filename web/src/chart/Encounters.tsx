// Encounters.tsx - when the patient was here, newest first.

import type { Encounter } from "fhir/r4";
import { useMemo, useState } from "react";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { conceptText, referenceText } from "./coded";
import { HiddenNote } from "./HiddenNote";
import { PartBody } from "./Part";
import { useRecords } from "./records";
import { StaffName } from "./StaffName";

const atOnce = 10;
const begun = (one: Encounter) => one.period?.start ?? "";

export function Encounters({ patient }: { patient: string }) {
  const query = useRecords<Encounter>(patient, "Encounter");
  const [count, setCount] = useState(atOnce);
  const all = useMemo(
    () => (query.data?.resources ?? []).filter((one) => one.status !== "entered-in-error").sort((one, other) => begun(other).localeCompare(begun(one))),
    [query.data],
  );
  const t = texts.chart;
  return (
    <section aria-labelledby="chart-encounters" className="h-section">
      <h2 className="nhsuk-heading-m" id="chart-encounters" tabIndex={-1}>
        {t.encounters}
      </h2>
      <PartBody query={query} type="Encounter" what={t.encounters}>
        {all.length === 0 ? <p className="h-item-none">{query.data?.mayBeMore ? t.noneShown : t.noneRecorded.encounters}</p> : null}
        <ol className="h-encounters">
          {all.slice(0, count).map((one) => (
            <Line key={one.id} encounter={one} />
          ))}
        </ol>
        {all.length > count ? (
          <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setCount(count + atOnce)}>
            {texts.more}
          </button>
        ) : null}
        {query.data?.mayBeMore ? <HiddenNote types={["Encounter"]} /> : null}
      </PartBody>
    </section>
  );
}

function Line({ encounter }: { encounter: Encounter }) {
  const classes: Record<string, string> = texts.chart.classes;
  const kind = conceptText(encounter.type?.[0]) || (classes[encounter.class.code ?? ""] ?? encounter.class.display ?? "");
  const reasons = (encounter.reasonCode ?? []).map(conceptText).join(", ");
  const here = encounter.status === "in-progress";
  return (
    <li className="h-encounter">
      <span className="h-encounter-when">
        <Moment at={begun(encounter)} shape="date" />
      </span>
      <span className="h-encounter-what">
        <bdi className="h-encounter-kind">{kind}</bdi>
        {here ? <span className="h-tag good">{texts.chart.stillHere}</span> : null}
        <bdi className="h-encounter-detail">{conceptText(encounter.serviceType)}</bdi>
        <bdi className="h-encounter-detail">{reasons}</bdi>
      </span>
      <span className="h-encounter-by">
        <StaffName id={referenceText(encounter.participant?.[0]?.individual)} />
      </span>
    </li>
  );
}
