// ChartPage.tsx - the open chart; or why it is open no more; or, after a reload, the one that the session has in focus.

import { useDeferredValue, useEffect, useRef, useState } from "react";
import { Link, Navigate } from "react-router";
import { PartBoundary } from "../parts/Boundary";
import { Loading, Page } from "../parts/Page";
import { PrintedBy } from "../parts/PrintedBy";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useCovered, useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { Add } from "./Add";
import { useChart, type OpenChart } from "./ChartProvider";
import { EmergencySet } from "./EmergencySet";
import { Encounters } from "./Encounters";
import { PatientBanner } from "./PatientBanner";
import { PrintButton } from "./PrintButton";
import { ShutNotice } from "./ShutNotice";
import { Trends } from "./Trends";
import { Documents, Notes } from "./Writings";

export function ChartPage() {
  const { chart, shut } = useChart();
  const { focus } = useSession();
  const covered = useCovered();
  // The page stays behind the one that asks who one is, but nothing of a patient does.
  if (covered) return null;
  if (chart !== null) return <Opened key={chart.patient} chart={chart} />;
  if (shut !== null) return <ShutNotice shut={shut} />;
  return focus === null ? <Navigate to="/find" replace /> : <Reopening patient={focus} />;
}

/** Asks for the chart again, as for any: it may be answered by glass. */
function Reopening({ patient }: { patient: string }) {
  const { open, opening } = useChart();
  const [failed, setFailed] = useState<unknown>(null);
  const asked = useRef(false);
  const ask = () => {
    setFailed(null);
    open(patient).catch(setFailed);
  };
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    ask();
  });
  return (
    <Page title={texts.chart.title}>
      {failed !== null ? <ProblemMessage error={failed} retry={ask} /> : null}
      {opening ? (
        <Loading what={texts.chart.reopening} />
      ) : (
        <p>
          <Link to="/find">{texts.chart.backToSearch}</Link>
        </p>
      )}
    </Page>
  );
}

const places = ["emergency-set", "chart-add", "chart-encounters", "chart-results", "chart-notes", "chart-documents"] as const;

const rest = [Add, Encounters, Trends, Notes, Documents];

function goTo(id: string) {
  const heading = document.getElementById(id);
  heading?.focus({ preventScroll: true });
  heading?.scrollIntoView({ block: "start" });
}

function Opened({ chart }: { chart: OpenChart }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { patient } = chart;
  // What must be known first is on the screen before the rest is made.
  const whole = useDeferredValue(true, false);
  useEffect(() => {
    document.title = `${texts.chart.title} – ${texts.product}`;
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, []);
  return (
    <div className="h-chart">
      <h1 className="nhsuk-u-visually-hidden" ref={heading} tabIndex={-1}>
        {texts.chart.title}
      </h1>
      <PatientBanner chart={chart} />
      <PrintedBy />
      <div className="h-chart-tools h-no-print">
        <nav aria-label={texts.chart.inThisChart}>
          <ul>
            {places.map((place) => (
              <li key={place}>
                <button type="button" className="h-link-button" onClick={() => goTo(place)}>
                  {texts.chart.places[place]}
                </button>
              </li>
            ))}
            <li>
              <Link to="/chart/glass">{texts.viewer.title}</Link>
            </li>
          </ul>
        </nav>
        <PrintButton patient={patient} />
      </div>
      <PartBoundary text={texts.chart.partFailed}>
        <EmergencySet patient={patient} />
      </PartBoundary>
      {whole ? (
        <>
          {rest.map((Part, n) => (
            <PartBoundary key={n} text={texts.chart.partFailed}>
              <Part patient={patient} />
            </PartBoundary>
          ))}
        </>
      ) : null}
    </div>
  );
}
