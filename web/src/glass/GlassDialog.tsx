// GlassDialog.tsx - breaking the glass: who and which chart, for which reason, with what proof.

import type { Asked } from "../chart/ChartProvider";
import type { Offer } from "../api/types";
import { Dialog } from "../parts/Dialog";
import { texts } from "../texts";

interface Props {
  asked: Asked;
  /** Asks the server again: the dialog goes where the chart opens now. */
  onAskAgain: () => Promise<Offer | null>;
  onDecline: () => void;
}

export function GlassDialog({ asked, onDecline }: Props) {
  return (
    <Dialog title={texts.chart.title} onClose={onDecline}>
      <p>{asked.offer.grants.map((grant) => grant.label).join(", ")}</p>
    </Dialog>
  );
}
