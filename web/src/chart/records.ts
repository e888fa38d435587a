// records.ts - the records of a chart, asked for type by type; each is there as soon as it is there.
//
// INVARIANT: every key begins with "chart", so that what was read goes when the chart is shut.

import { queryOptions, useInfiniteQuery, useQuery, type QueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { serverNow } from "../api/clock";
import { nextPage, search, type Found } from "../api/fhir";
import { readingsOf, type Reading } from "./readings";

export interface Records {
  /** As they came: only a reader knows what of them is what it should be. */
  resources: unknown[];
  /** There may be more that takes glass. */
  mayBeMore: boolean;
  /** There is more than was asked for. */
  cut: boolean;
}

export const chartKey = (patient: string, ...rest: string[]) => ["chart", patient, ...rest];
const pagesMax = 20;
const pageSize = "500"; // the most that the server gives at once

async function everything(
  type: string,
  patient: string,
  more: Record<string, string>,
  signal: AbortSignal,
): Promise<Records> {
  let page: Found = await search(type, patient, { ...more, _count: pageSize }, signal);
  const resources = [...page.resources];
  let { mayBeMore } = page;
  for (let pages = 1; page.next !== null && pages < pagesMax; pages += 1) {
    page = await nextPage(page.next, signal);
    resources.push(...page.resources);
    mayBeMore ||= page.mayBeMore;
  }
  return { resources, mayBeMore, cut: page.next !== null };
}

const recordsOf = (patient: string, type: string, more: Record<string, string>) =>
  queryOptions({
    queryKey: chartKey(patient, type, JSON.stringify(more)),
    queryFn: ({ signal }) => everything(type, patient, more, signal),
    staleTime: Infinity,
  });

/** Everything of one type, as far as it may be seen. */
export function useRecords(patient: string, type: string, more: Record<string, string> = {}): UseQueryResult<Records> {
  return useQuery(recordsOf(patient, type, more));
}

/** ABO and Rh group of the blood, in LOINC. */
export const bloodGroups = {
  code: "http://loinc.org|882-1,http://loinc.org|883-9,http://loinc.org|10331-7,http://loinc.org|34530-6",
};
const recent = 90 * 86_400_000;
/** Results of a laboratory, of late. */
export const freshResults = () => ({
  category: "laboratory",
  date: `ge${new Date(serverNow() - recent).toISOString().slice(0, 10)}`,
});

/** Asks for the emergency set before there is a page to show it: what is needed first is asked first. */
export function askAhead(client: QueryClient, patient: string) {
  for (const type of ["AllergyIntolerance", "MedicationRequest", "Condition", "Flag", "Consent", "MedicationStatement"])
    void client.prefetchQuery(recordsOf(patient, type, {}));
  for (const more of [bloodGroups, freshResults()]) void client.prefetchQuery(recordsOf(patient, "Observation", more));
}

interface ReadingsPage {
  readings: Reading[];
  mayBeMore: boolean;
  next: string | null;
}

const toReadings = (found: Found): ReadingsPage => ({
  readings: readingsOf(found.resources),
  mayBeMore: found.mayBeMore,
  next: found.next,
});

/** All observations, page after page; each page is made into readings once, when it arrives. */
export function useReadings(patient: string, enabled = true) {
  const query = useInfiniteQuery({
    queryKey: chartKey(patient, "Observation"),
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }): Promise<ReadingsPage> =>
      toReadings(
        pageParam === ""
          ? await search("Observation", patient, { _count: pageSize }, signal)
          : await nextPage(pageParam, signal),
      ),
    getNextPageParam: (page) => page.next,
    staleTime: Infinity,
    enabled,
  });
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (enabled && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [enabled, hasNextPage, isFetching, isError, fetchNextPage]);
  return query;
}
