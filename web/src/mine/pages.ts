// pages.ts - one's own accesses and glass, a page at a time, newest first. That they are read is an entry.

import { useInfiniteQuery } from "@tanstack/react-query";
import { api, told } from "../api/client";
import type { paths } from "../api/schema";

export type OwnAccess =
  paths["/api/v1/accesses"]["get"]["responses"]["200"]["content"]["application/json"]["accesses"][number];

export function useOwnAccesses(enabled = true) {
  return useInfiniteQuery({
    enabled,
    queryKey: ["mine", "accesses"],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) =>
      told(
        api.GET("/api/v1/accesses", {
          params: { query: { limit: 50, ...(pageParam === undefined ? {} : { before: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (last) => (last.more ? last.accesses.at(-1)?.index : undefined),
    staleTime: Infinity,
    gcTime: 0,
  });
}

export function useOwnPast(enabled = true) {
  return useInfiniteQuery({
    enabled,
    queryKey: ["mine", "glass"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      told(
        api.GET("/api/v1/glass", {
          params: { query: { past: true, limit: 50, ...(pageParam === undefined ? {} : { before: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (last) => (last.more ? last.glass.at(-1)?.glass : undefined),
    staleTime: Infinity,
    gcTime: 0,
  });
}
