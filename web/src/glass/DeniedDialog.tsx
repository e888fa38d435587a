// DeniedDialog.tsx - a chart that is shut, with or without glass, and what can be said of why.

import type { FoundPatient, OpenAnswer } from "../api/types";
import { Dialog } from "../parts/Dialog";
import { texts } from "../texts";

interface Props {
  answer: Extract<OpenAnswer, { verdict: "deny" }>;
  found: FoundPatient | null;
  onClose: () => void;
}

export function DeniedDialog({ answer, onClose }: Props) {
  return (
    <Dialog title={texts.problems.other} onClose={onClose}>
      {answer.text ? <p>{answer.text}</p> : null}
      <p className="h-quiet">{texts.code(answer.code)}</p>
    </Dialog>
  );
}
