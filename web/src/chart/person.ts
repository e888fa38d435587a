// person.ts - whose chart it is: as the search said, or, after a reload, as the chart itself says. Nobody is looked
// for as a person here: that would be written down as a search.

import { useQuery } from "@tanstack/react-query";
import { search } from "../api/fhir";
import type { FoundPatient } from "../api/types";
import type { OpenChart } from "./ChartProvider";
import { personOf } from "./person-of";
import { chartKey } from "./records";

export function usePerson(chart: OpenChart): { person: FoundPatient | null; failed: boolean; retry: () => void } {
  const query = useQuery({
    queryKey: chartKey(chart.patient, "Patient", "person"),
    queryFn: async ({ signal }) => {
      const { resources } = await search("Patient", chart.patient, {}, signal);
      return resources[0] === undefined ? null : personOf(resources[0]);
    },
    enabled: chart.found === null,
    staleTime: Infinity,
  });
  return { person: chart.found ?? query.data ?? null, failed: query.isError, retry: () => void query.refetch() };
}
