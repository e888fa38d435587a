// status.ts - how a session stands: what the server said last, and what of ours it has not acknowledged.

import type { Session } from "../api/types";
import type { Owed } from "./owed";

const endings = ["expired", "idle", "logout", "revoked", "staff-deactivated", "roles-changed", "clock-behind", "unlock-failed", "provider-logout"] as const;

/** "other": the server has not said. */
export type EndedBy = (typeof endings)[number] | "other";

export type Status =
  | { is: "starting"; locked: boolean }
  /** `unsure`: by our clock alone; the server could not be asked yet. */
  | { is: "out"; by: EndedBy | null; last: Session | null; unsure: boolean }
  | { is: "in"; session: Session };

export function endingOf(by: unknown): EndedBy {
  return endings.find((known) => known === by) ?? "other";
}

/** The last session that is known of. */
export function lastOf(status: Status): Session | null {
  if (status.is === "in") return status.session;
  return status.is === "out" ? status.last : null;
}

/** What somebody has asked for here counts before the server has it. */
export function standing(told: Status, owed: Owed | null): Status {
  if (owed === null) return told;
  const last = lastOf(told);
  if (last !== null && last.session !== owed.session) return told;
  if (owed.is === "logout") return { is: "out", by: "logout", last, unsure: false };
  if (told.is === "in") return { is: "in", session: { ...told.session, locked: true } };
  return told.is === "starting" ? { is: "starting", locked: true } : told;
}

/** Whether the pages stand hidden behind a lock or a session's end. */
export function isCovered(status: Status): boolean {
  if (status.is === "in") return status.session.locked;
  return status.is === "out" || status.locked;
}

/** When the session ends if nothing happens, and how. */
export function endOf({ until, idle_until }: Session): { at: number; by: EndedBy } {
  const [last, idle] = [Date.parse(until), Date.parse(idle_until)];
  return last <= idle ? { at: last, by: "expired" } : { at: idle, by: "idle" };
}
