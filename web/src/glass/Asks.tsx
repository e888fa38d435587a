// Asks.tsx - what the chosen reason asks before the chart opens: answers, acknowledgements, proof.

import { TextInput } from "nhsuk-react-components";
import { useState } from "react";
import type { Grant } from "../api/types";
import { wrongIf } from "../parts/wrong";
import { OtherProofs, useCodeWording } from "../session/proof";
import { texts } from "../texts";
import { field, type Draft, type Wrong } from "./draft";
import { Prompts } from "./Prompts";
import { Tick } from "./Tick";

interface Props {
  grant: Grant;
  draft: Draft;
  wrong: Wrong;
  codeAsked: boolean;
  onChange: (changed: Partial<Draft>) => void;
  /** It was proved otherwise than by a code. */
  onProved: () => void;
}

export function Asks({ grant, draft, wrong, codeAsked, onChange, onProved }: Props) {
  const { bill } = grant;
  const tick = (rule: string, ticked: boolean) =>
    onChange({
      acknowledged: ticked ? [...draft.acknowledged, rule] : draft.acknowledged.filter((each) => each !== rule),
    });
  if (firstAsked(grant, codeAsked) === null) return null;
  return (
    <div className="h-asks" role="group" aria-label={texts.glass.asked}>
      <Prompts
        prompts={bill.prompts}
        answers={draft.answers}
        wrong={wrong}
        onAnswer={(prompt, answer) => onChange({ answers: { ...draft.answers, [prompt]: answer } })}
      />
      {bill.acknowledge.map(({ rule, text }, index) => (
        <Tick
          key={rule}
          id={field.acknowledge(index)}
          text={text}
          ticked={draft.acknowledged.includes(rule)}
          error={wrong[field.acknowledge(index)]}
          onTick={(ticked) => tick(rule, ticked)}
        />
      ))}
      {bill.confirm ? (
        <Tick
          id={field.confirm}
          text={texts.glass.confirm}
          ticked={draft.confirmed}
          error={wrong[field.confirm]}
          onTick={(confirmed) => onChange({ confirmed })}
        />
      ) : null}
      {codeAsked ? (
        <CodeField
          id={field.code}
          code={draft.code}
          error={wrong[field.code] ?? ""}
          onCode={(code) => onChange({ code })}
          onProved={onProved}
        />
      ) : null}
    </div>
  );
}

interface CodeProps {
  id: string;
  code: string;
  error: string;
  onCode: (code: string) => void;
  onProved: () => void;
}

export function CodeField({ id, code, error, onCode, onProved }: CodeProps) {
  const { label, hint } = useCodeWording();
  const [wrongWay, setWrongWay] = useState<string | null>(null);
  const own = label === texts.signIn.code;
  return (
    <>
      <TextInput
        id={id}
        label={label}
        hint={own ? texts.glass.codeHint : hint}
        value={code}
        onChange={(event) => onCode(event.target.value)}
        inputMode="numeric"
        autoComplete="one-time-code"
        width="10"
        maxLength={16}
        {...wrongIf(error)}
      />
      <div role="alert">{wrongWay === null ? null : <p className="h-problem">{wrongWay}</p>}</div>
      <OtherProofs onProved={onProved} onWrong={setWrongWay} />
    </>
  );
}

/** Where the focus goes when this reason was chosen by its key: the first thing to do, if there is one. */
export function firstAsked(grant: Grant, codeAsked: boolean): string | null {
  const { bill } = grant;
  if (bill.prompts.length > 0) return field.prompt(0);
  if (bill.acknowledge.length > 0) return field.acknowledge(0);
  if (bill.confirm) return field.confirm;
  return codeAsked ? field.code : null;
}
