// Waiting.tsx - proposals that wait for somebody else's signature, and what each would change now.

import { useMemo, useState } from "react";
import type { Proposal } from "../api/types";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Moment } from "../parts/time";
import { useNameOf } from "../people/queries";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { changesOf } from "./diff";
import { Changes, Warnings } from "./DiffView";
import { useProposal, type InForce } from "./queries";
import { SignDialog } from "./SignDialog";

const say = texts.policy.waiting;

interface Props {
  policy: InForce;
  /** Its text becomes a draft of one's own. */
  onTakeOver: (text: string, note: string) => void;
}

export function Waiting({ policy, onTakeOver }: Props) {
  const [signed, setSigned] = useState<string | null>(null);
  return (
    <>
      <div role="status">
        {signed !== null && signed === policy.version ? (
          <div className="h-note">
            <p>{say.inForce}</p>
          </div>
        ) : null}
      </div>
      {policy.proposals.length === 0 ? <p>{say.none}</p> : <p>{say.stale}</p>}
      {policy.proposals.map((proposal) => (
        <One key={proposal.version} proposal={proposal} onSigned={() => setSigned(proposal.version)} onTakeOver={onTakeOver} />
      ))}
    </>
  );
}

interface OneProps extends Pick<Props, "onTakeOver"> {
  proposal: Proposal;
  onSigned: () => void;
}

function One({ proposal, onSigned, onTakeOver }: OneProps) {
  const { staff } = useSession();
  const nameOf = useNameOf();
  const [asking, setAsking] = useState(false);
  const shown = useProposal(proposal.version);
  const changes = useMemo(() => changesOf(shown.data?.diff ?? []), [shown.data]);
  const own = proposal.proposer === staff;
  const heading = `proposal-${proposal.version}`;
  return (
    <article className="h-card" aria-labelledby={heading}>
      <h2 className="nhsuk-heading-s h-proposal-note" id={heading} dir="auto">
        {proposal.note || say.noNote}
      </h2>
      <p className="h-quiet">
        <bdi>{nameOf(proposal.proposer)}</bdi>, <Moment at={proposal.proposed_at} />{" "}
        <span className="h-code h-policy-version">{proposal.version}</span>
      </p>
      {shown.isPending ? <Loading /> : null}
      {shown.error !== null ? <ProblemMessage error={shown.error} retry={() => void shown.refetch()} /> : null}
      {shown.data ? (
        <>
          <Warnings warnings={shown.data.warnings} />
          <h3 className="nhsuk-heading-xs">{say.changes}</h3>
          <Changes changes={changes} />
          <div className="h-buttons">
            {own ? null : (
              <button type="button" className="nhsuk-button h-button-small" onClick={() => setAsking(true)}>
                {say.sign}
              </button>
            )}
            <button
              type="button"
              className="nhsuk-button nhsuk-button--secondary h-button-small"
              onClick={() => onTakeOver(shown.data.text, proposal.note)}
            >
              {say.takeOver}
            </button>
          </div>
          {own ? <p>{say.own}</p> : null}
        </>
      ) : null}
      {asking ? (
        <SignDialog proposal={proposal} changes={changes} onSigned={onSigned} onClose={() => setAsking(false)} />
      ) : null}
    </article>
  );
}
