// Refused.tsx - a "no" to what was asked of a person or a terminal, or that it waits for a second administrator.

import { ProofDeclined } from "../session/proof";
import { peopleSays } from "./SecondPerson";

export function Refused({ error }: { error: unknown }) {
  if (error === null || error instanceof ProofDeclined) return null;
  const said = peopleSays(error);
  if (typeof said !== "string") return <>{said}</>;
  return (
    <div className="h-problem" role="alert">
      <p>{said}</p>
    </div>
  );
}
