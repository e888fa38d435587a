// queries.ts - who is enrolled, which roles there are, which terminals; asked for anew when somebody changes one.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, told } from "../api/client";
import { useHasRole, useSessionState } from "../session/SessionProvider";

const people = "people";

export function useStaff(enabled = true) {
  return useQuery({ queryKey: [people, "staff"], queryFn: () => told(api.GET("/api/v1/staff")), enabled });
}

export function useRoles() {
  return useQuery({ queryKey: [people, "roles"], queryFn: () => told(api.GET("/api/v1/roles")) });
}

export function useTerminals() {
  return useQuery({ queryKey: [people, "terminals"], queryFn: () => told(api.GET("/api/v1/terminals")) });
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
