// person.ts - whose chart it is: as the search said, or, after a reload, as the chart itself says. Nobody is looked
// for as a person here: that would be written down as a search.

import { useQuery } from "@tanstack/react-query";
import type { HumanName, Patient } from "fhir/r4";
import { search } from "../api/fhir";
import type { FoundPatient } from "../api/types";
import type { OpenChart } from "./ChartProvider";
import { chartKey } from "./records";

/** The official name, else the first; as it is written, else its parts. As the search names people. */
function nameOf(names: HumanName[]): string {
  const best = names.find((name) => name.use === "official") ?? names[0];
  return best?.text ?? [...(best?.given ?? []), best?.family ?? ""].join(" ").trim();
}

function asFound({ id = "", name = [], birthDate, gender }: Patient): FoundPatient {
  return { id, name: nameOf(name), birth_date: birthDate ?? null, gender: gender ?? null };
}

export function usePerson(chart: OpenChart): { person: FoundPatient | null; failed: boolean; retry: () => void } {
  const query = useQuery({
    queryKey: chartKey(chart.patient, "Patient", "person"),
    queryFn: async ({ signal }) => {
      const { resources } = await search<Patient>("Patient", chart.patient, {}, signal);
      return resources[0] === undefined ? null : asFound(resources[0]);
    },
    enabled: chart.found === null,
    staleTime: Infinity,
  });
  return { person: chart.found ?? query.data ?? null, failed: query.isError, retry: () => void query.refetch() };
}
