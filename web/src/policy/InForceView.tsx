// InForceView.tsx - the policy in force: whose it is, its reasons in plain words, its text.

import { useMemo } from "react";
import { useNameOf } from "../people/queries";
import { texts } from "../texts";
import { CodeView } from "./CodeView";
import { outlineOf, type Group, type Outline } from "./outline";
import type { InForce } from "./queries";
import { Reasons } from "./Reasons";

const say = texts.policy;

/** A line to be shown; another turn shows the same line again. */
export interface Place {
  line: number;
  turn: number;
}

interface Props {
  policy: InForce;
  place: Place | null;
  onPlace: (line: number) => void;
}

export function InForceView({ policy, place, onPlace }: Props) {
  const outline = useMemo(() => outlineOf(policy.text), [policy.text]);
  return (
    <>
      <Whose policy={policy} />
      <section aria-labelledby="policy-reasons">
        <h2 className="nhsuk-heading-m" id="policy-reasons">
          {say.reasons.title}
        </h2>
        <Reasons text={policy.text} onPlace={onPlace} />
      </section>
      <section aria-labelledby="policy-text">
        <h2 className="nhsuk-heading-m" id="policy-text">
          {say.text.title}
        </h2>
        <div className="h-policy-columns">
          <OutlineList outline={outline} onPlace={onPlace} />
          <CodeView text={policy.text} place={place} />
        </div>
      </section>
    </>
  );
}

function Whose({ policy }: { policy: InForce }) {
  const nameOf = useNameOf();
  const facts = [
    { name: say.version, value: policy.version ?? texts.none, code: true },
    { name: say.proposer, value: nameOf(policy.proposer) ?? texts.none, code: false },
    { name: say.signer, value: nameOf(policy.signer) ?? texts.none, code: false },
  ];
  return (
    <dl className="h-facts">
      {facts.map((fact) => (
        <div key={fact.name}>
          <dt>{fact.name}</dt>
          <dd className={fact.code ? "h-code h-policy-version" : ""} dir="auto">
            {fact.value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const order: Group[] = ["words", "deny", "seal", "allow", "glass", "explain", "case"];

function OutlineList({ outline, onPlace }: { outline: Outline; onPlace: (line: number) => void }) {
  return (
    <nav className="h-outline" aria-label={say.outline.label}>
      {order
        .filter((group) => outline[group].length > 0)
        .map((group) => (
          <details key={group} open>
            <summary>{say.outline.groups[group]}</summary>
            <ul>
              {outline[group].map((item) => (
                <li key={`${item.name} ${String(item.line)}`}>
                  <button type="button" className="h-link-button" onClick={() => onPlace(item.line)}>
                    {item.name}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        ))}
    </nav>
  );
}
