// PatientBanner.tsx - whose chart this is and on what basis it is open; it stays in sight while the page scrolls.

import { useMemo } from "react";
import { PartBoundary } from "../parts/Boundary";
import { useAge } from "../parts/person";
import { left, Moment, useMoment, useNow } from "../parts/time";
import { texts } from "../texts";
import { basisSentence } from "./basis";
import { useChart, type OpenChart } from "./ChartProvider";
import { useDeadlines, type Deadlines } from "./deadlines";
import { usePerson } from "./person";
import { useRecords } from "./records";
import { allergies } from "./summaries";
import { noneText, together } from "./together";

export function PatientBanner({ chart }: { chart: OpenChart }) {
  const deadlines = useDeadlines(chart);
  return (
    <section className="h-banner" aria-label={texts.chart.banner}>
      <div className="h-banner-in">
        <div className="h-banner-who">
          <PartBoundary text={texts.chart.partFailed}>
            <Person chart={chart} />
          </PartBoundary>
          <PartBoundary text={texts.chart.partFailed}>
            <AllergiesAtAGlance patient={chart.patient} />
          </PartBoundary>
        </div>
        <PartBoundary text={texts.chart.partFailed}>
          <BasisLine chart={chart} deadlines={deadlines} />
        </PartBoundary>
      </div>
    </section>
  );
}

function Person({ chart }: { chart: OpenChart }) {
  const { person, failed, retry } = usePerson(chart);
  const age = useAge();
  return (
    <div className="h-banner-person">
      <p className="h-banner-name">
        <bdi>{person === null ? chart.patient : person.name || texts.person.noName}</bdi>
      </p>
      <ul className="h-banner-facts">
        {person === null ? (
          failed ? (
            <li>
              <button type="button" className="h-link-button" onClick={retry}>
                {texts.chart.noPerson}
              </button>
            </li>
          ) : null
        ) : (
          <>
            <li>
              <span className="h-banner-key">{texts.person.born}</span> <Moment at={person.birth_date} shape="date" />
              {person.birth_date ? ` (${age(person.birth_date)})` : null}
            </li>
            <li>{texts.person.gender(person.gender)}</li>
          </>
        )}
        <li>
          <span className="h-banner-key">{texts.chart.number}</span> {chart.patient}
        </li>
      </ul>
    </div>
  );
}

function AllergiesAtAGlance({ patient }: { patient: string }) {
  const query = useRecords(patient, "AllergyIntolerance");
  const { data, isPending, isError } = query;
  const now = useMemo(() => allergies(data?.resources ?? []).filter((entry) => !entry.past), [data]);
  const t = texts.chart;
  const grave = now.some((entry) => entry.grave !== null);
  return (
    <p className={grave ? "h-banner-allergies grave" : "h-banner-allergies"}>
      <span className="h-banner-key">{t.types["AllergyIntolerance"]}</span>{" "}
      {isPending ? t.loadingShort : isError ? t.notShown : now.length === 0 ? noneText(together({ AllergyIntolerance: query }), t.noneRecorded.allergies) : (
        <bdi>{[...new Set(now.map((entry) => entry.main))].join(", ")}</bdi>
      )}
    </p>
  );
}

function BasisLine({ chart, deadlines }: { chart: OpenChart; deadlines: Deadlines }) {
  const moment = useMoment();
  const { glass } = deadlines;
  return (
    <div className={glass === null ? "h-banner-basis" : "h-banner-basis by-glass"}>
      {chart.basis.glass === null ? <p>{basisSentence(chart.basis, chart.patient, (at) => moment(at, "date"))}</p> : null}
      {glass === null ? null : <GlassClock deadlines={deadlines} label={glass.label} />}
      {chart.review ? <p className="h-banner-review">{texts.chart.reviewed}</p> : null}
      {chart.notices.map((notice) => (
        <p key={notice}>{notice}</p>
      ))}
      <CloseButton glass={glass !== null} />
    </div>
  );
}

const soon = 5 * 60_000;

function GlassClock({ deadlines: { until, idle }, label }: { deadlines: Deadlines; label: string }) {
  const now = useNow();
  const t = texts.chart.clock;
  const idleFirst = idle !== null && (until === null || idle < until);
  const near = Math.min(until ?? Infinity, idle ?? Infinity) - now < soon;
  if (until !== null && until <= now) return <p className="h-banner-clock near">{t.over(label)}</p>;
  return (
    <p className={near ? "h-banner-clock near" : "h-banner-clock"} role="timer">
      <strong>{t.open(label)}</strong>{" "}
      {until === null ? null : <span>{t.ends(left(until, now))}</span>}{" "}
      {idleFirst ? <span>{t.idle(left(idle, now))}</span> : null}
    </p>
  );
}

function CloseButton({ glass }: { glass: boolean }) {
  const { close } = useChart();
  return (
    <button
      type="button"
      className="nhsuk-button nhsuk-button--secondary h-button-small h-no-print"
      onClick={() => void close()}
    >
      {glass ? texts.chart.closeNow : texts.chart.close}
    </button>
  );
}
