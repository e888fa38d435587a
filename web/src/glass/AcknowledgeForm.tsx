// AcknowledgeForm.tsx - the chart is this person's to open once they have acknowledged something: one press.
//
// Where the rule asks for more than that, it is asked for as for a reason.

import { Button } from "nhsuk-react-components";
import { useRef, type FormEvent } from "react";
import type { Grant } from "../api/types";
import { texts } from "../texts";
import { Asks } from "./Asks";
import { Cost } from "./Cost";
import { field, type Draft } from "./draft";
import { Problems } from "./Problems";
import { sendsByKey } from "./ReasonsForm";
import type { Breaking } from "./useBreaking";

interface Props {
  grant: Grant;
  draft: Draft;
  onChange: (changed: Partial<Draft>) => void;
  breaking: Breaking;
  onOther: (() => void) | null;
  onDecline: () => void;
}

/** Nothing but sentences to read: the button itself says that they were. */
function onlyToRead({ bill }: Grant, codeAsked: boolean): boolean {
  return bill.prompts.length === 0 && !bill.confirm && !codeAsked;
}

export function AcknowledgeForm({ grant, draft, onChange, breaking, onOther, onDecline }: Props) {
  const { acknowledge } = grant.bill;
  const codeAsked = breaking.codeAsked(grant);
  const short = onlyToRead(grant, codeAsked);
  const press = useRef<HTMLButtonElement>(null);
  const proved = () => {
    breaking.proved();
    press.current?.focus(); // what asked for it is gone
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    breaking.submit(grant, short ? { acknowledged: acknowledge.map(({ rule }) => rule) } : {});
  };
  return (
    <form onSubmit={submit} onKeyDown={sendsByKey} noValidate>
      <Problems told={breaking.told} first={field.code} />
      <p>{texts.glass.whyAcknowledge}</p>
      <div tabIndex={-1} data-focus-first className="h-statement">
        {short ? acknowledge.map(({ rule, text }) => <p key={rule}>{text}</p>) : null}
      </div>
      {short ? null : (
        <Asks grant={grant} draft={draft} wrong={breaking.told.wrong} codeAsked={codeAsked} onChange={onChange} onProved={proved} />
      )}
      <Cost grants={[grant]} chosen={grant} />
      <div className="h-glass-actions">
        <Button ref={press} type="submit" aria-disabled={breaking.sending}>
          {breaking.sending ? texts.glass.sending : texts.glass.submitAcknowledged}
        </Button>
        {onOther ? (
          <button type="button" className="h-link-button" onClick={onOther}>
            {texts.glass.otherReason}
          </button>
        ) : null}
        <button type="button" className="h-link-button" onClick={onDecline}>
          {texts.glass.decline}
        </button>
      </div>
    </form>
  );
}
