// person.ts - whose chart it is: as the search said, or, after a reload, as it says when asked for the one id.

import { useQuery } from "@tanstack/react-query";
import { api, told } from "../api/client";
import type { FoundPatient } from "../api/types";
import type { OpenChart } from "./ChartProvider";
import { chartKey } from "./records";

export function usePerson(chart: OpenChart): { person: FoundPatient | null; failed: boolean; retry: () => void } {
  const query = useQuery({
    queryKey: chartKey(chart.patient, "person"),
    queryFn: async ({ signal }) => {
      const answer = await told(api.POST("/api/v1/patients/search", { body: { id: chart.patient }, signal }));
      return answer.patients[0] ?? null;
    },
    enabled: chart.found === null,
    staleTime: Infinity,
  });
  return { person: chart.found ?? query.data ?? null, failed: query.isError, retry: () => void query.refetch() };
}
