// person.ts - whose chart it is: as the search said, or, after a reload, as the chart itself says. Nobody is looked
// for as a person here: that would be written down as a search.

import { useQuery, type QueryClient } from "@tanstack/react-query";
import { search } from "../api/fhir";
import type { FoundPatient } from "../api/types";
import type { OpenChart } from "./ChartProvider";
import { personOf } from "./person-of";
import { chartKey } from "./records";

const keyOf = (patient: string) => chartKey(patient, "Patient", "person");

/** Who it is, as far as this page knows; it asks nobody. */
export function personKnown(client: QueryClient, chart: OpenChart | null): FoundPatient | null {
  if (chart === null) return null;
  return chart.found ?? client.getQueryData<FoundPatient | null>(keyOf(chart.patient)) ?? null;
}

export function usePerson(chart: OpenChart): { person: FoundPatient | null; failed: boolean; retry: () => void } {
  const query = useQuery({
    queryKey: keyOf(chart.patient),
    queryFn: async ({ signal }) => {
      const { resources } = await search("Patient", chart.patient, {}, signal);
      return resources[0] === undefined ? null : personOf(resources[0]);
    },
    enabled: chart.found === null,
    staleTime: Infinity,
  });
  return { person: chart.found ?? query.data ?? null, failed: query.isError, retry: () => void query.refetch() };
}
