// EmergencySet.tsx - what somebody must know who knows nothing of this patient, on one screen; each card as soon as it
// is there.

import { useMemo, type ReactNode } from "react";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { Entries } from "./Entries";
import { HiddenNote } from "./HiddenNote";
import { isRefusal, PartBody, type Asking } from "./Part";
import { newestFirst, newestOfEach, readingsOf, type Reading } from "./readings";
import { bloodGroups, freshResults, useReadings, useRecords, type Records } from "./records";
import { alerts, allergies, directives, medications, problems, type Entry } from "./summaries";
import { Range, Values } from "./Value";

const shown = 10;

interface CardProps {
  id: string;
  title: string;
  query: Asking;
  type: string;
  children: ReactNode;
}

function Card({ id, title, query, type, children }: CardProps) {
  return (
    <section className={`h-card h-part h-part-${id}`} aria-labelledby={`part-${id}`}>
      <h3 className="nhsuk-heading-s" id={`part-${id}`}>
        {title}
      </h3>
      <PartBody query={query} type={type} what={title}>
        {children}
      </PartBody>
    </section>
  );
}

function useEntries(data: Records | undefined, made: (all: readonly unknown[]) => Entry[]): Entry[] {
  return useMemo(() => (data === undefined ? [] : made(data.resources)), [data, made]);
}

/** The earlier of two queries that failed; pending as long as either is. */
function both(one: Asking, other: Asking): Asking {
  return {
    isPending: one.isPending || other.isPending,
    error: one.error ?? (isRefusal(other.error) ? null : other.error),
    refetch: () => [one, other].forEach((query) => (query.error === null ? undefined : query.refetch())),
  };
}

export function EmergencySet({ patient }: { patient: string }) {
  const allergy = useRecords(patient, "AllergyIntolerance");
  const request = useRecords(patient, "MedicationRequest");
  const statement = useRecords(patient, "MedicationStatement");
  const condition = useRecords(patient, "Condition");
  const flag = useRecords(patient, "Flag");
  const consent = useRecords(patient, "Consent");
  const medicines = useMemo(
    () => medications(request.data?.resources ?? [], statement.data?.resources ?? []),
    [request.data, statement.data],
  );
  const t = texts.chart;
  const hidden = [allergy, request, statement, condition, flag, consent].flatMap((query, at) =>
    query.data?.mayBeMore
      ? [["AllergyIntolerance", "MedicationRequest", "MedicationStatement", "Condition", "Flag", "Consent"][at] ?? ""]
      : [],
  );
  return (
    <section aria-labelledby="emergency-set" className="h-emergency">
      <h2 className="nhsuk-heading-m" id="emergency-set" tabIndex={-1}>
        {t.emergencySet}
      </h2>
      <div className="h-parts">
        <div className="h-parts-column">
          <Card id="allergies" title={t.types["AllergyIntolerance"] ?? ""} query={allergy} type="AllergyIntolerance">
            <Entries entries={useEntries(allergy.data, allergies)} none={t.noneRecorded.allergies} mayBeMore={Boolean(allergy.data?.mayBeMore)} />
          </Card>
          <Card id="alerts" title={t.types["Flag"] ?? ""} query={flag} type="Flag">
            <Entries entries={useEntries(flag.data, alerts)} none={t.noneRecorded.alerts} mayBeMore={Boolean(flag.data?.mayBeMore)} />
          </Card>
          <Card id="directives" title={t.types["Consent"] ?? ""} query={consent} type="Consent">
            <Entries entries={useEntries(consent.data, directives)} none={t.noneRecorded.directives} mayBeMore={Boolean(consent.data?.mayBeMore)} />
          </Card>
          <BloodGroup patient={patient} />
        </div>
        <div className="h-parts-column">
          <Card id="medications" title={t.medications} query={both(request, statement)} type="MedicationRequest">
            <Entries
              entries={medicines}
              none={t.noneRecorded.medications}
              mayBeMore={Boolean(request.data?.mayBeMore ?? statement.data?.mayBeMore)}
            />
          </Card>
          <Card id="problems" title={t.types["Condition"] ?? ""} query={condition} type="Condition">
            <Entries entries={useEntries(condition.data, problems)} none={t.noneRecorded.problems} mayBeMore={Boolean(condition.data?.mayBeMore)} />
          </Card>
        </div>
        <div className="h-parts-column">
          <LastResults patient={patient} />
        </div>
      </div>
      {hidden.length > 0 ? <HiddenNote types={hidden} /> : null}
    </section>
  );
}

function BloodGroup({ patient }: { patient: string }) {
  const query = useRecords(patient, "Observation", bloodGroups);
  const newest = useMemo(() => newestFirst(readingsOf(query.data?.resources ?? []))[0], [query.data]);
  return (
    <Card id="blood" title={texts.chart.bloodGroup} query={query} type="Observation">
      {newest === undefined ? (
        <p className="h-item-none">{query.data?.mayBeMore ? texts.chart.noneShown : texts.chart.noneRecorded.bloodGroup}</p>
      ) : (
        <p className="h-blood">
          <Values reading={newest} /> <Moment at={newest.when} shape="date" />
        </p>
      )}
    </Card>
  );
}

function LastResults({ patient }: { patient: string }) {
  const asked = useMemo(freshResults, []);
  const fresh = useRecords(patient, "Observation", asked);
  const freshest = useMemo(() => newestOfEach(readingsOf(fresh.data?.resources ?? []), "laboratory"), [fresh.data]);
  // Where nothing is recent: what the whole list has, as far as it was read.
  const all = useReadings(patient, !fresh.isPending && freshest.length === 0);
  const older = useMemo(
    () => (freshest.length > 0 ? [] : newestOfEach((all.data?.pages ?? []).flatMap((page) => page.readings), "laboratory")),
    [freshest, all.data],
  );
  const readings = freshest.length > 0 ? freshest : older;
  const still = readings.length === 0 && all.hasNextPage && !all.isError;
  return (
    <Card
      id="results"
      title={texts.chart.lastResults}
      query={{ ...fresh, isPending: fresh.isPending || (freshest.length === 0 && all.isPending) || still }}
      type="Observation"
    >
      {readings.length === 0 ? (
        <p className="h-item-none">{fresh.data?.mayBeMore ? texts.chart.noneShown : texts.chart.noneRecorded.results}</p>
      ) : (
        <>
          <ResultTable readings={readings.slice(0, shown)} />
          {readings.length > shown ? <p className="h-quiet">{texts.chart.moreResults(readings.length - shown)}</p> : null}
        </>
      )}
    </Card>
  );
}

function ResultTable({ readings }: { readings: Reading[] }) {
  return (
    <table className="h-results" role="table">
      <thead className="nhsuk-u-visually-hidden" role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">{texts.chart.columns.what}</th>
          <th scope="col" role="columnheader">{texts.chart.columns.value}</th>
          <th scope="col" role="columnheader">{texts.chart.columns.range}</th>
          <th scope="col" role="columnheader">{texts.chart.columns.when}</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {readings.map((reading) => (
          <tr key={reading.id} role="row">
            <th scope="row" role="rowheader">
              <bdi>{reading.label}</bdi>
            </th>
            <td role="cell">
              <Values reading={reading} />
            </td>
            <td className="h-quiet" role="cell">
              <Range measured={reading.measured[0]} />
            </td>
            <td className="h-quiet" role="cell">
              <Moment at={reading.when} shape="date" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
