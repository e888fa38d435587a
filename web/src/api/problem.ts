// problem.ts - every way in which an answer can be a "no", as one kind of error.

import type { OperationOutcome } from "fhir/r4";
import type { components } from "./schema";

export type ProblemBody = components["schemas"]["Problem"];
export type Offer = components["schemas"]["Offer"];

/** A refusal, or a server that cannot be reached (`slug` is "unreachable" then, `status` 0). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly slug: string;
  readonly body: Partial<ProblemBody>;

  constructor(status: number, slug: string, body: Partial<ProblemBody> = {}) {
    super(slug);
    this.status = status;
    this.slug = slug;
    this.body = body;
  }
}

const urn = "urn:halligan:problem:";

/** `ofOutcome` reads what /fhir says instead. */
export async function problemOf(
  response: Response,
  ofOutcome?: (status: number, outcome: OperationOutcome) => ApiProblem,
): Promise<ApiProblem> {
  try {
    const body = (await response.json()) as Partial<ProblemBody> | OperationOutcome;
    if ("resourceType" in body) return ofOutcome?.(response.status, body) ?? unexpected(response);
    if (typeof body.type === "string" && body.type.startsWith(urn))
      return new ApiProblem(response.status, body.type.slice(urn.length), body);
  } catch {
    // no JSON: something between us and the server answered
  }
  return unexpected(response);
}

function unexpected(response: Response): ApiProblem {
  return new ApiProblem(response.status, "unexpected-answer");
}

export function isProblem(error: unknown, ...slugs: string[]): error is ApiProblem {
  return error instanceof ApiProblem && (slugs.length === 0 || slugs.includes(error.slug));
}
