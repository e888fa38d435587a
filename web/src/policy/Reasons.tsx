// Reasons.tsx - each reason of a policy said in plain words: who may give it, what for, what it takes, when it ends.

import { useMemo } from "react";
import { known } from "../parts/known";
import { texts } from "../texts";
import { lengthOf, reasonsOf, type Reason } from "./reasons-of";

const say = texts.policy.reasons;

function length(written: string): string {
  const parts = lengthOf(written);
  return parts.length === 0 ? written : parts.map(({ amount, unit }) => say.units[unit](amount)).join(" ");
}

function named(names: string[]): string {
  return names.join(", ");
}

function whoMay(reason: Reason): string[] {
  const out = [reason.roles.length === 0 ? say.everybody : say.roles(named(reason.roles))];
  if (reason.exceptRoles.length > 0) out.push(say.exceptRoles(named(reason.exceptRoles)));
  if (reason.places.length > 0) out.push(say.places(named(reason.places)));
  if (reason.flags.length > 0) out.push(say.flags(named(reason.flags)));
  for (const { kind, path } of reason.conditions) out.push(say.conditions[kind](path));
  return out;
}

function whatFor(reason: Reason): string[] {
  const data = reason.data.length === 0 ? say.everything : say.data(named(reason.data));
  return [data, say.actions(named(reason.actions.map((action) => known(say.actionNames, action) ?? action)))];
}

function whatItTakes(reason: Reason): string[] {
  const { proof, prompts } = reason;
  const out = [
    proof === null
      ? say.proofOfLogin
      : proof.age === null
        ? say.proof(named(proof.any))
        : say.freshProof(named(proof.any), length(proof.age)),
  ];
  if (reason.acknowledge !== null) out.push(say.acknowledge(reason.acknowledge));
  if (prompts.ask.length > 0)
    out.push(prompts.owed === null ? say.prompts(prompts.ask.join(" ")) : say.owedPrompts(prompts.ask.join(" "), length(prompts.owed)));
  if (reason.repeat !== null) out.push(say.repeat(length(reason.repeat)));
  return out;
}

function whenItEnds(reason: Reason): string[] {
  const { focus, idle, after } = reason.ends;
  return [focus ? say.endsByFocus : say.staysByFocus, say.endsIdle(length(idle)), say.endsAfter(length(after))];
}

function whoLooks(reason: Reason): string[] {
  if (reason.review === null) return [say.noReview];
  const { by, within, rank } = reason.review;
  return rank > 0 ? [say.review(by, length(within)), say.rank(rank)] : [say.review(by, length(within))];
}

export function Reasons({ text, onPlace }: { text: string; onPlace: (line: number) => void }) {
  const reasons = useMemo(() => reasonsOf(text), [text]);
  if (reasons.length === 0) return <p>{say.noReasons}</p>;
  return (
    <ul className="h-reasons">
      {reasons.map((reason) => (
        <li key={reason.line} className="h-card">
          <h3 className="nhsuk-heading-s" dir="auto">
            {reason.label || reason.name}
          </h3>
          {reason.help === "" ? null : <p dir="auto">{reason.help}</p>}
          <dl>
            <Part name={say.who} lines={whoMay(reason)} />
            <Part name={say.what} lines={whatFor(reason)} />
            <Part name={say.takes} lines={whatItTakes(reason)} />
            <Part name={say.ends} lines={whenItEnds(reason)} />
            <Part name={say.looks} lines={whoLooks(reason)} />
          </dl>
          <button type="button" className="h-link-button" onClick={() => onPlace(reason.line)}>
            {say.show(reason.name)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Part({ name, lines }: { name: string; lines: string[] }) {
  return (
    <div>
      <dt>{name}</dt>
      {lines.map((line) => (
        <dd key={line} dir="auto">
          {line}
        </dd>
      ))}
    </div>
  );
}
