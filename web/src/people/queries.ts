// queries.ts - who is enrolled, which roles there are, which terminals; asked for anew when somebody changes one.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, told } from "../api/client";
import type { paths } from "../api/schema";
import { useHasRole, useSessionState } from "../session/SessionProvider";

const people = "people";
/** Of what changes without an event: others agree, and systems come and go. */
const lookEvery = 10_000;

export type Act = paths["/api/v1/acts"]["get"]["responses"]["200"]["content"]["application/json"][number];
export type Source = paths["/api/v1/sources"]["get"]["responses"]["200"]["content"]["application/json"][number];
export type Provisioning = paths["/api/v1/provisioning"]["get"]["responses"]["200"]["content"]["application/json"][number];

export type Receiver = paths["/api/v1/receivers"]["get"]["responses"]["200"]["content"]["application/json"][number];

export function useStaff(enabled = true) {
  return useQuery({ queryKey: [people, "staff"], queryFn: () => told(api.GET("/api/v1/staff")), enabled });
}

export function useRoles() {
  return useQuery({ queryKey: [people, "roles"], queryFn: () => told(api.GET("/api/v1/roles")) });
}

export function useTerminals() {
  return useQuery({ queryKey: [people, "terminals"], queryFn: () => told(api.GET("/api/v1/terminals")) });
}

/** What waits for a second administrator. */
export function useActs() {
  return useQuery({ queryKey: [people, "acts"], queryFn: () => told(api.GET("/api/v1/acts")), refetchInterval: lookEvery });
}

export function useSources(enabled = true) {
  return useQuery({
    queryKey: [people, "sources"],
    queryFn: () => told(api.GET("/api/v1/sources")),
    refetchInterval: lookEvery,
    enabled,
  });
}

export function useProvisioning() {
  return useQuery({
    queryKey: [people, "provisioning"],
    queryFn: () => told(api.GET("/api/v1/provisioning")),
    refetchInterval: lookEvery,
  });
}

/** Who is told when sessions and glass end. */
export function useReceivers() {
  return useQuery({
    queryKey: [people, "receivers"],
    queryFn: () => told(api.GET("/api/v1/receivers")),
    refetchInterval: lookEvery,
  });
}

/** Everything of this page is asked for anew: after a change of one's own, or when the server tells of another's. */
export function useRefreshPeople(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [people] });
}

export function useLivePeople() {
  const { live } = useSessionState();
  const client = useQueryClient();
  useEffect(
    () =>
      live.listen((event) => {
        if (["people", "policy", "hello", "lost"].includes(event.kind))
          void client.invalidateQueries({ queryKey: [people] });
      }),
    [live, client],
  );
}

/** The name that goes with an id; the id where nobody knows, or it is not for one's eyes. */
export function useNameOf(): (id: string | null) => string | null {
  const { data } = useStaff(useHasRole("administrator", "privacy-officer"));
  return (id) => data?.find((person) => person.staff === id)?.name ?? id;
}
