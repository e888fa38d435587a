// GlassDialog.tsx - a chart that takes glass: for a reason, by an acknowledgement, or by a referral instead.
//
// One dialog. What was typed in it stays until the chart opens or the person leaves. It
// decides nothing and stores nothing: the server decides afresh at each press.

import { useState } from "react";
import type { BreakAnswer, Offer } from "../api/types";
import type { Asked } from "../chart/ChartProvider";
import { Dialog } from "../parts/Dialog";
import { texts } from "../texts";
import { AcknowledgeForm } from "./AcknowledgeForm";
import { emptyDraft, type Draft } from "./draft";
import { reasonsInOrder, toAcknowledge } from "./order";
import { ReasonsForm } from "./ReasonsForm";
import { ReferralForm } from "./ReferralForm";
import { useBreaking } from "./useBreaking";
import { Whose } from "./Whose";

interface Props {
  asked: Asked;
  /** Asks the server again: the dialog goes where the chart opens now, and has the offer of now where it does not. */
  onAskAgain: () => Promise<Offer | null>;
  /** The glass is broken: the chart opens. */
  onBroken: (answer: BreakAnswer) => Promise<void>;
  onDecline: () => void;
}

type View = "acknowledge" | "reasons" | "referral";

const titles: Record<View, string> = {
  acknowledge: texts.glass.acknowledgeTitle,
  reasons: texts.glass.title,
  referral: texts.glass.referral.title,
};

export function GlassDialog({ asked, onAskAgain, onBroken, onDecline }: Props) {
  const { grants, instead } = asked.offer;
  const [draft, setDraft] = useState(emptyDraft);
  const [team, setTeam] = useState("");
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const breaking = useBreaking(asked, draft, change, { onAskAgain, onBroken });
  const sufficient = toAcknowledge(grants);
  const reasons = reasonsInOrder(grants);
  const [wished, setWished] = useState<View | null>(null);
  const view = wished ?? (sufficient ? "acknowledge" : "reasons");

  return (
    <Dialog title={titles[view]} onClose={onDecline} className="h-glass" describedBy="glass-whose">
      <div id="glass-whose">
        <Whose patient={asked.patient} found={asked.found} asker />
      </div>
      {view === "referral" ? (
        <ReferralForm
          patient={asked.patient}
          team={team}
          onTeam={setTeam}
          onLogged={onAskAgain}
          onBack={() => setWished(null)}
        />
      ) : view === "acknowledge" && sufficient ? (
        <AcknowledgeForm
          grant={sufficient}
          draft={draft}
          onChange={change}
          breaking={breaking}
          onOther={reasons.length > 0 ? () => setWished("reasons") : null}
          onDecline={onDecline}
        />
      ) : (
        <ReasonsForm
          grants={reasons}
          part={asked.cell}
          draft={draft}
          onChange={change}
          breaking={breaking}
          onReferral={instead.includes("referral") ? () => setWished("referral") : null}
          onBack={sufficient ? () => setWished(null) : null}
          onDecline={onDecline}
        />
      )}
    </Dialog>
  );
}
