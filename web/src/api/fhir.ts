// fhir.ts - records under /fhir (R4): searches by POST, so that no patient stands in a URL.

import type { Bundle, OperationOutcome, Resource } from "fhir/r4";
import { ask } from "./client";

export interface Found {
  resources: unknown[];
  /** There may be more that takes glass: said by policy, not by what the chart holds. */
  mayBeMore: boolean;
  /** Path of the next page, sealed by the server; none on the last. */
  next: string | null;
}

function foundIn(bundle: Bundle): Found {
  const resources: unknown[] = [];
  let mayBeMore = false;
  for (const entry of bundle.entry ?? []) {
    if (entry.search?.mode === "outcome") {
      const outcome = entry.resource as OperationOutcome;
      mayBeMore ||= outcome.issue.some((issue) => issue.code === "suppressed");
    } else if (entry.resource !== undefined) resources.push(entry.resource);
  }
  const next = bundle.link?.find((link) => link.relation === "next")?.url;
  return { resources, mayBeMore, next: next === undefined ? null : onlyPath(next) };
}

function onlyPath(url: string): string {
  const parsed = new URL(url, location.origin);
  return parsed.pathname + parsed.search;
}

const json = "application/fhir+json";

async function bundle(request: Request): Promise<Bundle> {
  return (await (await ask(request)).json()) as Bundle;
}

/** One page of one type of one chart. */
export async function search(
  type: string,
  patient: string,
  more: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Found> {
  const own: Record<string, string> = type === "Patient" ? { _id: patient } : { patient };
  const request = new Request(new URL(`/fhir/${type}/_search`, location.origin), {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: json },
    body: new URLSearchParams({ ...own, ...more }),
    signal: signal ?? null,
  });
  return foundIn(await bundle(request));
}

export async function nextPage(path: string, signal?: AbortSignal): Promise<Found> {
  const request = new Request(new URL(path, location.origin), { headers: { Accept: json }, signal: signal ?? null });
  return foundIn(await bundle(request));
}

/** Adds a resource to the chart that its subject names. */
export async function append<R extends Resource>(resource: R): Promise<R> {
  const request = new Request(new URL(`/fhir/${resource.resourceType}`, location.origin), {
    method: "POST",
    headers: { "Content-Type": json, Accept: json, Prefer: "return=representation" },
    body: JSON.stringify(resource),
  });
  const answer = await ask(request);
  const text = await answer.text();
  return text === "" ? resource : (JSON.parse(text) as R);
}
