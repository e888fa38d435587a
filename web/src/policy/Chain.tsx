// Chain.tsx - a decision as a chain: the verdict, the rules that it rests on with each condition, and the rest.

import { useEffect, useRef } from "react";
import type { Offer } from "../api/types";
import { known } from "../parts/known";
import { texts } from "../texts";

const say = texts.policy.chain;

type Truth = "false" | "unknown" | "conflicting" | "true";

interface Step {
  rule: string;
  value: Truth;
  conditions: { condition: string; value: Truth; relations: string[] }[];
}

export interface Decision {
  verdict: "permit" | "glass" | "deny";
  policy: string;
  basis: string | null;
  owed: string[];
  denied_by: string[];
  offer: Offer | null;
  decisive: string[];
  steps: Step[];
}

interface Props {
  decision: Decision;
  lineOf: (rule: string) => number | null;
  onPlace: (line: number) => void;
}

const verdictTags = { permit: "good", glass: "warn", deny: "bad" };
const truthTags = { true: "good", false: "", unknown: "warn", conflicting: "warn" };

function verdictText({ verdict, basis, denied_by, offer }: Decision): string {
  if (verdict === "permit") return say.permit(basis ?? "");
  if (verdict === "glass") return say.glass((offer?.grants ?? []).map((grant) => grant.label).join(", "));
  return denied_by.length === 0 ? say.denyByNone : say.deny(denied_by.join(", "));
}

export function Chain({ decision, lineOf, onPlace }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [decision]);
  const decisive = decision.steps.filter((step) => decision.decisive.includes(step.rule));
  const others = decision.steps.filter((step) => !decision.decisive.includes(step.rule));
  const steps = (list: Step[]) => (
    <ol className="h-chain">
      {list.map((step) => (
        <One key={step.rule} step={step} line={lineOf(step.rule)} onPlace={onPlace} />
      ))}
    </ol>
  );
  return (
    <div className="h-decision">
      <h3 className="nhsuk-heading-s" tabIndex={-1} ref={heading}>
        <span className={`h-tag ${verdictTags[decision.verdict]}`}>{say.verdicts[decision.verdict]}</span>{" "}
        {verdictText(decision)}
      </h3>
      {decision.owed.length > 0 ? <p>{say.owed(decision.owed.join(", "))}</p> : null}
      {decisive.length > 0 ? (
        <>
          <h4 className="nhsuk-heading-xs">{say.decisive}</h4>
          {steps(decisive)}
        </>
      ) : (
        <p>{say.noneDecisive}</p>
      )}
      {others.length > 0 ? (
        <details className="nhsuk-details">
          <summary className="nhsuk-details__summary">
            <span className="nhsuk-details__summary-text">{say.others(others.length)}</span>
          </summary>
          <div className="nhsuk-details__text">{steps(others)}</div>
        </details>
      ) : null}
      <p className="h-quiet">{say.by(decision.policy)}</p>
    </div>
  );
}

function One({ step, line, onPlace }: { step: Step; line: number | null; onPlace: (line: number) => void }) {
  return (
    <li>
      <p className="h-chain-rule">
        <Truthful value={step.value} />
        <strong>{step.rule}</strong>
        {line === null ? null : (
          <button type="button" className="h-link-button" onClick={() => onPlace(line)}>
            {say.show(step.rule)}
          </button>
        )}
      </p>
      <ul>
        {step.conditions.map((condition) => (
          <li key={condition.condition}>
            <Truthful value={condition.value} /> {known(say.conditions, condition.condition) ?? condition.condition}
            {condition.relations.length > 0 ? (
              <ul className="h-chain-relations">
                {condition.relations.map((relation) => (
                  <li key={relation} dir="auto">
                    {relation}
                  </li>
                ))}
              </ul>
            ) : null}
          </li>
        ))}
      </ul>
    </li>
  );
}

function Truthful({ value }: { value: Truth }) {
  return <span className={`h-tag h-truth ${truthTags[value]}`}>{say.truths[value]}</span>;
}
