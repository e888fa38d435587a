// SignDialog.tsx - a second person puts a policy in force; says first what that does.

import { useState } from "react";
import { api, freshKey } from "../api/client";
import { isProblem } from "../api/problem";
import type { Proposal } from "../api/types";
import { Confirm } from "../parts/Confirm";
import { known } from "../parts/known";
import { useNameOf } from "../people/queries";
import { useProof } from "../session/proof";
import { texts } from "../texts";
import { touchedReasons, type Change } from "./diff";
import { useRefreshPolicy } from "./queries";

const say = texts.policy.sign;

function signProblem(error: unknown): string | null {
  if (!isProblem(error)) return null;
  return known(say.problems, error.slug) ?? null;
}

interface Props {
  proposal: Proposal;
  changes: Change[];
  onSigned: () => void;
  onClose: () => void;
}

export function SignDialog({ proposal, changes, onSigned, onClose }: Props) {
  const [key] = useState(freshKey);
  const prove = useProof();
  const refresh = useRefreshPolicy();
  const nameOf = useNameOf();
  const sign = async () => {
    try {
      await prove(() =>
        api.POST("/api/v1/policy/proposals/{version}/sign", {
          params: { path: { version: proposal.version }, header: { "Idempotency-Key": key } },
          body: {},
        }),
      );
      onSigned();
    } finally {
      void refresh();
    }
  };
  const count = (kind: Change["kind"]) => changes.filter((change) => change.kind === kind).length;
  const reasons = touchedReasons(changes);
  return (
    <Confirm title={say.title} does={say.does} onDo={sign} onClose={onClose} problem={signProblem} calm>
      <p dir="auto">{say.by(nameOf(proposal.proposer) ?? "", proposal.note)}</p>
      <ul className="nhsuk-list nhsuk-list--bullet">
        <li>{say.counts(count("added"), count("changed"), count("removed"))}</li>
        <li>{say.atOnce}</li>
        <li>{reasons.length === 0 ? say.glass : say.glassOf(reasons.join(", "))}</li>
        <li>{say.back}</li>
      </ul>
    </Confirm>
  );
}
