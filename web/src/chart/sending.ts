// sending.ts - sends one resource to the chart, once.

import { useMutation } from "@tanstack/react-query";
import type { DocumentReference, Observation } from "fhir/r4";
import { append } from "../api/fhir";
import { ApiProblem } from "../api/problem";
import { texts } from "../texts";
import type { Draft } from "./drafts";

interface Sent {
  /** As it was when it was sent: it can be changed while that is under way. */
  draft: Draft;
  resource: Observation | DocumentReference;
}

export function useSending(onAdded: (draft: Draft) => void) {
  return useMutation({
    mutationFn: ({ resource }: Sent) => append<Observation | DocumentReference>(resource),
    onSuccess: (_, { draft }) => onAdded(draft),
  });
}

/** Where nobody knows whether it was written, sending it again might write it twice. */
export function unsureText(error: unknown): string | null {
  return error instanceof ApiProblem && (error.status === 504 || error.status === 0) ? texts.chart.add.unsure : null;
}
