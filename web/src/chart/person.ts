// person.ts - whose chart it is: as the search said, or, after a reload, as the chart itself says. Nobody is looked
// for as a person here: that would be written down as a search.

import { useQuery } from "@tanstack/react-query";
import { search } from "../api/fhir";
import type { FoundPatient } from "../api/types";
import type { OpenChart } from "./ChartProvider";
import { chartKey } from "./records";
import { whatFits, type Shaped } from "./shape";

const name = { use: "text", text: "text", given: ["text"], family: "text" } as const;
const shape = { id: "text", name: [name], birthDate: "text", gender: "text" } as const;

/** The official name, else the first; as it is written, else its parts. As the search names people. */
function nameOf(names: Shaped<[typeof name]>): string {
  const best = names.find((one) => one.use === "official") ?? names[0];
  return best?.text ?? [...(best?.given ?? []), best?.family ?? ""].join(" ").trim();
}

/** As much as can be read: the number and nothing else is a person, too. */
export function personOf(resource: unknown): FoundPatient {
  const { id = "", name: names = [], birthDate, gender } = whatFits(shape, resource);
  return { id, name: nameOf(names), birth_date: birthDate ?? null, gender: gender ?? null };
}

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
