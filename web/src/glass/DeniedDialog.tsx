// DeniedDialog.tsx - a chart that is shut, with or without glass, and what can be said of why.
//
// INVARIANT: a chart whose existence is hidden looks like one that is not there.

import type { FoundPatient, OpenAnswer } from "../api/types";
import { Dialog } from "../parts/Dialog";
import { texts } from "../texts";
import { Whose } from "./Whose";

interface Props {
  answer: Extract<OpenAnswer, { verdict: "deny" }>;
  found: FoundPatient | null;
  onClose: () => void;
}

export function DeniedDialog({ answer, found, onClose }: Props) {
  const { denied } = texts.glass;
  return (
    <Dialog title={denied.title} onClose={onClose} className="h-glass h-denied" describedBy="denied-why">
      {found ? <Whose patient={found.id} found={found} asker={false} /> : null}
      <div id="denied-why">
        {answer.text ? <p className="h-statement">{answer.text}</p> : null}
        <p>{answer.text ? denied.rule : denied.nothing}</p>
      </div>
      <p>{denied.help}</p>
      <p>
        <strong>{texts.code(answer.code)}</strong>
      </p>
      <div className="h-glass-actions">
        <button type="button" className="nhsuk-button nhsuk-button--secondary" onClick={onClose}>
          {denied.back}
        </button>
      </div>
    </Dialog>
  );
}
