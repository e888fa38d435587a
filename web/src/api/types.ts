// types.ts - short names for the shapes of the API.

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Session = Schemas["Session"];
export type Offer = Schemas["Offer"];
export type Grant = Offer["grants"][number];
export type Glass = Schemas["Glass"];
export type Case = Schemas["Case"];
export type Finding = Schemas["Finding"];
export type Staff = Schemas["Staff"];
export type Basis = Schemas["Basis"];
export type OfferedCell = Schemas["OfferedCell"];
export type Proposal = Schemas["Proposal"];

export type CaseDetail = paths["/api/v1/cases/{case}"]["get"]["responses"]["200"]["content"]["application/json"];
export type OpenAnswer =
  paths["/api/v1/charts/{patient}/open"]["post"]["responses"]["200"]["content"]["application/json"];
export type BreakAnswer =
  paths["/api/v1/charts/{patient}/break"]["post"]["responses"]["200"]["content"]["application/json"];
export type FoundPatient =
  paths["/api/v1/patients/search"]["post"]["responses"]["200"]["content"]["application/json"]["patients"][number];
