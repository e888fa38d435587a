// EmergencySet.tsx - what somebody must know who knows nothing of this patient, on one screen; each card as soon as it
// is there.

import { useMemo, type ReactNode } from "react";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { Entries } from "./Entries";
import { HiddenNote } from "./HiddenNote";
import { PartBody } from "./Part";
import { newestFirst, newestOfEach, readingsOf, type Reading } from "./readings";
import { bloodGroups, freshResults, useReadings, useRecords } from "./records";
import { alerts, allergies, directives, medications, problems, type Entry } from "./summaries";
import { kindText, noneText, resourcesOf, together, type Together } from "./together";
import { Range, Values } from "./Value";

const shown = 10;

interface CardProps {
  id: string;
  title: string;
  part: Together;
  type: string;
  children: ReactNode;
}

function Card({ id, title, part, type, children }: CardProps) {
  return (
    <section className={`h-card h-part h-part-${id}`} aria-labelledby={`part-${id}`}>
      <h3 className="nhsuk-heading-s" id={`part-${id}`}>
        {title}
      </h3>
      <PartBody query={part} type={type} what={title}>
        {children}
      </PartBody>
    </section>
  );
}

type Made = (all: readonly unknown[]) => Entry[];

/** The entries of one type, and what is known of them. */
function useEntries(patient: string, type: string, made: Made): { entries: Entry[]; part: Together; type: string } {
  const query = useRecords(patient, type);
  const resources = resourcesOf(query);
  return { entries: useMemo(() => made(resources), [resources, made]), part: together({ [type]: query }), type };
}

function useMedicines(patient: string): { entries: Entry[]; part: Together; type: string } {
  const request = useRecords(patient, "MedicationRequest");
  const statement = useRecords(patient, "MedicationStatement");
  const [prescribed, taken] = [resourcesOf(request), resourcesOf(statement)];
  const entries = useMemo(() => medications(prescribed, taken), [prescribed, taken]);
  return { entries, part: together({ MedicationRequest: request, MedicationStatement: statement }), type: "MedicationRequest" };
}

export function EmergencySet({ patient }: { patient: string }) {
  const allergy = useEntries(patient, "AllergyIntolerance", allergies);
  const medicine = useMedicines(patient);
  const problem = useEntries(patient, "Condition", problems);
  const alert = useEntries(patient, "Flag", alerts);
  const directive = useEntries(patient, "Consent", directives);
  const t = texts.chart;
  const card = (id: keyof typeof t.noneRecorded, title: string, { entries, part, type }: ReturnType<typeof useEntries>) => (
    <Card id={id} title={title} part={part} type={type}>
      <Entries entries={entries} none={noneText(part, t.noneRecorded[id])} />
    </Card>
  );
  const hidden = [allergy, medicine, problem, alert, directive].flatMap(({ part }) => part.hidden);
  return (
    <section aria-labelledby="emergency-set" className="h-emergency">
      <h2 className="nhsuk-heading-m" id="emergency-set" tabIndex={-1}>
        {t.emergencySet}
      </h2>
      <div className="h-parts">
        <div className="h-parts-column">
          {card("allergies", kindText("AllergyIntolerance"), allergy)}
          {card("alerts", kindText("Flag"), alert)}
          {card("directives", kindText("Consent"), directive)}
          <BloodGroup patient={patient} />
        </div>
        <div className="h-parts-column">
          {card("medications", t.medications, medicine)}
          {card("problems", kindText("Condition"), problem)}
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
  const resources = resourcesOf(query);
  const newest = useMemo(() => newestFirst(readingsOf(resources))[0], [resources]);
  const part = together({ Observation: query });
  return (
    <Card id="blood" title={texts.chart.bloodGroup} part={part} type="Observation">
      {newest === undefined ? (
        <p className="h-item-none">{noneText(part, texts.chart.noneRecorded.bloodGroup)}</p>
      ) : (
        <p className="h-blood">
          <Values reading={newest} /> <Moment at={newest.when} shape="date" />
        </p>
      )}
    </Card>
  );
}

/** Of late; where there is nothing recent, what the whole list has, as far as it was read. */
function useLastResults(patient: string): { readings: Reading[]; part: Together } {
  const asked = useMemo(freshResults, []);
  const fresh = useRecords(patient, "Observation", asked);
  const resources = resourcesOf(fresh);
  const freshest = useMemo(() => newestOfEach(readingsOf(resources), "laboratory"), [resources]);
  const lately = freshest.length > 0;
  const all = useReadings(patient, !fresh.isPending && fresh.error === null && !lately);
  const pages = lately || fresh.error !== null ? undefined : all.data?.pages;
  const older = useMemo(() => newestOfEach((pages ?? []).flatMap((page) => page.readings), "laboratory"), [pages]);
  const part = together({ Observation: fresh });
  if (lately || fresh.isPending || fresh.error !== null) return { readings: freshest, part };
  const found = older.length > 0;
  return {
    readings: older,
    part: {
      ...part,
      isPending: all.isPending || (!found && all.hasNextPage && !all.isError),
      error: found ? null : all.error,
      refetch: () => (all.isFetchNextPageError ? all.fetchNextPage() : all.refetch()),
      hidden: part.hidden.length > 0 || pages?.some((page) => page.mayBeMore) ? ["Observation"] : [],
      failed: all.isError ? ["Observation"] : [],
      failure: all.error,
    },
  };
}

function LastResults({ patient }: { patient: string }) {
  const { readings, part } = useLastResults(patient);
  return (
    <Card id="results" title={texts.chart.lastResults} part={part} type="Observation">
      {readings.length === 0 ? (
        <p className="h-item-none">{noneText(part, texts.chart.noneRecorded.results)}</p>
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
