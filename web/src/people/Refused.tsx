// Refused.tsx - a "no" to what was asked of a person or a terminal.

import { ProofDeclined } from "../session/proof";
import { peopleProblem } from "./actions";

export function Refused({ error }: { error: unknown }) {
  if (error === null || error instanceof ProofDeclined) return null;
  return (
    <div className="h-problem" role="alert">
      <p>{peopleProblem(error)}</p>
    </div>
  );
}
