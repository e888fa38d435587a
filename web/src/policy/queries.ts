// queries.ts - the policy in force, what waits for a signature, and one proposal; anew when the server tells of a change.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, told } from "../api/client";
import type { Proposal } from "../api/types";
import { useSessionState } from "../session/SessionProvider";

const policy = "policy";

export interface InForce {
  version: string | null;
  text: string;
  proposer: string | null;
  signer: string | null;
  proposals: Proposal[];
}

export function usePolicy() {
  return useQuery({ queryKey: [policy, "in-force"], queryFn: () => told(api.GET("/api/v1/policy")) });
}

export function useProposal(version: string) {
  return useQuery({
    queryKey: [policy, "proposal", version],
    queryFn: () => told(api.GET("/api/v1/policy/proposals/{version}", { params: { path: { version } } })),
  });
}

export function useRefreshPolicy(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [policy] });
}

export function useLivePolicy() {
  const { live } = useSessionState();
  const client = useQueryClient();
  useEffect(
    () =>
      live.listen((event) => {
        if (["policy", "hello", "lost"].includes(event.kind)) void client.invalidateQueries({ queryKey: [policy] });
      }),
    [live, client],
  );
}
