// search.ts - asks the server who fits.

import { api, told } from "../api/client";
import type { paths } from "../api/schema";
import { criteriaOf, type Given } from "./criteria";

export type Found =
  paths["/api/v1/patients/search"]["post"]["responses"]["200"]["content"]["application/json"];

export async function findPatients(given: Given | null, signal: AbortSignal): Promise<Found> {
  let found: Found = { patients: [], more: false };
  for (const body of given === null ? [] : criteriaOf(given)) {
    found = await told(api.POST("/api/v1/patients/search", { body, signal }));
    if (found.patients.length > 0) break;
  }
  return found;
}
