// order.ts - in which order the reasons of an offer stand in the dialog.

import type { Grant } from "../api/types";

/** How much has to be done before the chart opens. */
export function demands({ bill }: Grant): number {
  return (
    bill.prompts.length + bill.acknowledge.length + (bill.confirm ? 1 : 0) + (bill.proof && !bill.proof.fresh ? 1 : 0)
  );
}

/**
 * The reasons, those first that ask most beforehand, then by the alphabet. Whoever takes the first
 * without reading has the most to say; what asks nothing beforehand stands last, where nobody comes by
 * habit, and is one key away for whoever means it. The order does not change from one day to the next.
 */
export function reasonsInOrder(grants: Grant[]): Grant[] {
  return grants
    .filter((grant) => grant.reason)
    .sort((a, b) => b.bill.prompts.length - a.bill.prompts.length || a.label.localeCompare(b.label));
}

/** What ordinary access asks, where something short of a reason suffices: the one that asks least. */
export function toAcknowledge(grants: Grant[]): Grant | null {
  return grants.filter((grant) => !grant.reason).sort((a, b) => demands(a) - demands(b))[0] ?? null;
}
