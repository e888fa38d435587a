// GlassDialog.tsx - breaking the glass: who and which chart, for which reason, with what proof.

import type { Asked } from "../chart/ChartProvider";
import { Dialog } from "../parts/Dialog";
import { texts } from "../texts";

export interface Broken {
  patient: string;
}

interface Props {
  asked: Asked;
  onBroken: (broken: Broken) => void;
  /** Ordinary access suffices now, for instance by a referral that was just logged. */
  onOpen: () => void;
  onDecline: () => void;
}

export function GlassDialog({ asked, onDecline }: Props) {
  return (
    <Dialog title={texts.chart.title} onClose={onDecline}>
      <p>{asked.offer.grants.map((grant) => grant.label).join(", ")}</p>
    </Dialog>
  );
}
