// outcome.ts - how /fhir says no (an OperationOutcome), as the same kind of error that the rest of the API has.

import type { OperationOutcome } from "fhir/r4";
import { ApiProblem, type Offer } from "./problem";

/** What a refusal on a FHIR path says beside its status. */
export interface FhirRefusal {
  text: string;
  code: string;
  offer: Offer | null;
}

const offerExtension = "urn:halligan:offer";

export function refusalOf(outcome: OperationOutcome | undefined): FhirRefusal {
  const issue = outcome?.issue[0];
  const offer = issue?.extension?.find((each) => each.url === offerExtension)?.valueString;
  return {
    text: issue?.details?.text ?? "",
    code: issue?.diagnostics?.replace("reference code ", "") ?? "",
    offer: offer === undefined ? null : (JSON.parse(offer) as Offer),
  };
}

function slugOf(status: number, kind: string | undefined, offer: Offer | null): string {
  switch (status) {
    case 401:
      // Gone or locked: either way the session is asked for again, and says which.
      return "session-locked";
    case 403:
      return offer === null ? "denied" : "glass-needed";
    case 404:
      return "not-found";
    case 429:
      return "overloaded";
    case 502:
      return "record-system-failed";
    case 503:
      return kind === "no-store" ? "ledger-unavailable" : "overloaded";
    case 504:
      return "record-system-late";
    default:
      return "refused";
  }
}

export function problemOfOutcome(status: number, outcome: OperationOutcome): ApiProblem {
  const { text, code, offer } = refusalOf(outcome);
  return new ApiProblem(status, slugOf(status, outcome.issue[0]?.code, offer), {
    text,
    ...(code === "" ? {} : { code }),
    ...(offer === null ? {} : { offer }),
  });
}
