// client.ts - the API of spec/http-api.yaml, typed; one door for every request of the console.
//
// INVARIANT: no id and no word of a patient is in a URL. A chart is named by the header
// Halligan-Patient; what is searched for is in the body.

import createClient from "openapi-fetch";
import { hearTime } from "./clock";
import { problemOfOutcome } from "./outcome";
import type { paths } from "./schema";
import { ApiProblem, problemOf } from "./problem";

const patience = 25_000; // milliseconds for an answer

let csrf = "";
/** Proof that a request comes from this page; lives in memory only. */
export function rememberCsrf(value: string | undefined) {
  if (value !== undefined) csrf = value;
}

type Listener = (problem: ApiProblem) => void;
const listeners = new Set<Listener>();
/** Hears of every refused request; gives what ends the hearing. */
export function onProblem(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
function tell(problem: ApiProblem): ApiProblem {
  for (const listener of listeners) listener(problem);
  return problem;
}

let covered = false;
/** While a lock or a session's end covers the pages, nothing that they ask for leaves this browser. */
export function coverDoor(value: boolean) {
  covered = value;
}
const throughTheCover = /^\/api\/v1\/(session|sessions|passkeys|terminal|hospital|providers)(\/|$)/;

/** fetch() of our own server, with the session's proof; a "no" is thrown as ApiProblem. */
export async function ask(input: Request): Promise<Response> {
  const { pathname } = new URL(input.url);
  if (covered && !throughTheCover.test(pathname)) throw new ApiProblem(401, "covered");
  const headers = new Headers(input.headers);
  // The session itself is shown to the cookie alone: after a reload, or where another tab has signed in anew, that is how
  // the proof comes.
  const whoAmI = input.method === "GET" && pathname === "/api/v1/session";
  if (!whoAmI) headers.set("Halligan-CSRF", csrf);
  let response: Response;
  try {
    const signal = AbortSignal.any([input.signal, AbortSignal.timeout(patience)]);
    response = await fetch(input, { headers, signal, cache: "no-store" });
  } catch (error) {
    if (input.signal.aborted) throw error;
    throw tell(new ApiProblem(0, "unreachable"));
  }
  hearTime(response.headers.get("Date"));
  if (!response.ok) throw tell(await problemOf(response, problemOfOutcome));
  return response;
}

/** The events: a request that may take as long as it likes. */
export async function askStream(path: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(path, {
    headers: { "Halligan-CSRF": csrf, Accept: "text/event-stream" },
    cache: "no-store",
    signal,
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

const client = createClient<paths>({ baseUrl: location.origin, fetch: ask });

export const api = client;

/** What an answer holds; every "no" was thrown before. */
export async function told<Data>(answer: Promise<{ data?: Data; response: Response }>): Promise<Data> {
  return (await answer).data as Data;
}

/** The parameters of a route with {patient} in it. */
export function inChart(patient: string) {
  return { params: { path: { patient: "~" } }, headers: { "Halligan-Patient": patient } };
}

/** A key for Idempotency-Key: the same press of a button is carried out once, however often it is sent. */
export function freshKey(): string {
  return crypto.randomUUID();
}
