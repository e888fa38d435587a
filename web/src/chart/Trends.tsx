// Trends.tsx - laboratory values, vital signs and all else that was observed: a list of what was measured, and of one of
// them the plot and the table.

import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, memo, Suspense, useMemo, useRef, useState } from "react";
import { PartBoundary } from "../parts/Boundary";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { HiddenNote } from "./HiddenNote";
import { PartBody } from "./Part";
import { drawable, linesOf, seriesOf, type Group, type Reading, type Series } from "./readings";
import { useReadings } from "./records";
import { Spark } from "./Spark";
import { Range, Values } from "./Value";

const Plot = lazy(() => import("./Plot").then((m) => ({ default: m.Plot })));
const groups: Group[] = ["laboratory", "vital-signs", "other"];

export function Trends({ patient }: { patient: string }) {
  const query = useReadings(patient);
  const { data, hasNextPage, isError } = query;
  // The first page at once, and the rest when all of it is there: a list that grows under the eyes is not to be read.
  const first = data?.pages[0];
  const whole = hasNextPage && !isError ? undefined : data?.pages;
  const all = useMemo(() => seriesOf((whole ?? (first ? [first] : [])).flatMap((page) => page.readings)), [whole, first]);
  const count = useMemo(() => (data?.pages ?? []).reduce((sum, page) => sum + page.readings.length, 0), [data]);
  const [chosen, setChosen] = useState<string | null>(null);
  const series = all.find((one) => one.key === chosen) ?? all.find((one) => one.group === "laboratory") ?? all[0];
  const t = texts.chart;
  return (
    <section aria-labelledby="chart-results" className="h-section">
      <h2 className="nhsuk-heading-m" id="chart-results" tabIndex={-1}>
        {t.results}
      </h2>
      <PartBody query={{ ...query, error: query.isFetchNextPageError ? null : query.error }} type="Observation" what={t.results}>
        <p className="h-quiet" role="status">
          {hasNextPage && !isError ? t.readSoFar(count) : t.readAll(count)}
        </p>
        {query.isFetchNextPageError ? (
          <p className="h-problem" role="alert">
            {t.notAllRead}{" "}
            <button type="button" className="h-link-button" onClick={() => void query.fetchNextPage()}>
              {texts.tryAgain}
            </button>
          </p>
        ) : null}
        {series === undefined ? null : (
          <div className="h-trends">
            <SeriesList all={all} chosen={series.key} onChoose={setChosen} />
            <OneSeries key={series.key} series={series} />
          </div>
        )}
        {data?.pages.some((page) => page.mayBeMore) ? <HiddenNote types={["Observation"]} /> : null}
      </PartBody>
    </section>
  );
}

interface ListProps {
  all: Series[];
  chosen: string;
  onChoose: (key: string) => void;
}

const SeriesList = memo(function SeriesList({ all, chosen, onChoose }: ListProps) {
  return (
    <nav className="h-series-list" aria-label={texts.chart.whatWasMeasured}>
      {groups.map((group) => {
        const here = all.filter((series) => series.group === group);
        return here.length === 0 ? null : (
          <div key={group}>
            <h3 className="h-series-group">{texts.chart.groups[group]}</h3>
            <ul>
              {here.map((series) => (
                <li key={series.key}>
                  <SeriesButton series={series} chosen={series.key === chosen} onChoose={onChoose} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
});

function SeriesButton({ series, chosen, onChoose }: { series: Series; chosen: boolean; onChoose: (key: string) => void }) {
  const newest = series.readings[0];
  const line = useMemo(() => linesOf(series)[0], [series]);
  return (
    <button type="button" className="h-series" aria-current={chosen} onClick={() => onChoose(series.key)}>
      <bdi className="h-series-name">{series.label}</bdi>
      <Spark line={line} />
      <span className="h-series-value">{newest === undefined ? null : <Values reading={newest} />}</span>
      <span className="h-series-when">
        <Moment at={newest?.when} shape="date" />
      </span>
    </button>
  );
}

function OneSeries({ series }: { series: Series }) {
  const lines = useMemo(() => linesOf(series), [series]);
  const several = (lines[0]?.times.length ?? 0) > 1;
  const drawn = several && drawable(lines);
  const newest = series.readings[0]?.measured[0];
  return (
    <div className="h-one-series">
      <h3 className="nhsuk-heading-s">
        <bdi>{series.label}</bdi>
      </h3>
      {drawn ? (
        <figure className="h-figure">
          <PartBoundary text={texts.chart.noPlot}>
            <Suspense fallback={<div className="h-plot" />}>
              <Plot lines={lines} />
            </Suspense>
          </PartBoundary>
          <figcaption className="h-quiet">
            {lines.length > 1 ? <span>{texts.chart.lines(lines[0]?.label ?? "", lines[1]?.label ?? "")} </span> : null}
            {newest !== undefined && (newest.low !== null || newest.high !== null) ? (
              <span>
                {texts.chart.band} <Range measured={newest} /> {newest.unit}
              </span>
            ) : null}
          </figcaption>
        </figure>
      ) : several ? (
        <p className="h-quiet">{texts.chart.noPlot}</p>
      ) : null}
      <ReadingTable readings={series.readings} label={series.label} />
    </div>
  );
}

const rowHeight = 45;

/** Only the rows in sight are in the page. */
function ReadingTable({ readings, label }: { readings: Reading[]; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: readings.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12 });
  const items = rows.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  const { columns } = texts.chart;
  return (
    <div ref={box} className="h-readings" tabIndex={0} role="region" aria-label={texts.chart.valuesOf(label)}>
      <table className="h-table" aria-rowcount={readings.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{columns.when}</th>
            <th scope="col">{columns.value}</th>
            <th scope="col">{columns.range}</th>
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <tr aria-hidden="true" style={{ height: before }} /> : null}
          {items.map((item) => {
            const reading = readings[item.index];
            return reading === undefined ? null : <ReadingRow key={reading.id} reading={reading} at={item.index} measure={rows.measureElement} />;
          })}
          {after > 0 ? <tr aria-hidden="true" style={{ height: after }} /> : null}
        </tbody>
      </table>
    </div>
  );
}

function ReadingRow({ reading, at, measure }: { reading: Reading; at: number; measure: (row: HTMLTableRowElement | null) => void }) {
  return (
    <tr ref={measure} data-index={at} aria-rowindex={at + 2}>
      <td>
        <Moment at={reading.when} />
      </td>
      <td>
        <Values reading={reading} />
        {reading.status === "preliminary" ? <span className="h-tag">{texts.chart.preliminary}</span> : null}
        {reading.note === "" ? null : (
          <p className="h-reading-note" dir="auto">
            {reading.note}
          </p>
        )}
      </td>
      <td className="h-quiet">
        <Range measured={reading.measured[0]} />
      </td>
    </tr>
  );
}
