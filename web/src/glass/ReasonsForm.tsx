// ReasonsForm.tsx - breaking the glass for a reason.

import { Button } from "nhsuk-react-components";
import { useRef, type FormEvent, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import type { Grant, OfferedCell } from "../api/types";
import { useSessionState } from "../session/SessionProvider";
import { lastOf } from "../session/status";
import { texts } from "../texts";
import { Asks, firstAsked } from "./Asks";
import { Cost } from "./Cost";
import { field, type Draft } from "./draft";
import { Problems } from "./Problems";
import { reasonId, Reasons } from "./Reasons";
import type { Breaking } from "./useBreaking";
import { partText } from "./words";

interface Props {
  grants: Grant[];
  /** A glass for a part of the chart. */
  part: OfferedCell | null;
  draft: Draft;
  onChange: (changed: Partial<Draft>) => void;
  breaking: Breaking;
  onReferral: (() => void) | null;
  /** Back to the acknowledgement that suffices. */
  onBack: (() => void) | null;
  onDecline: () => void;
}

/** Ctrl and Enter sends from a text field, where Enter is a new line. */
export function sendsByKey(event: KeyboardEvent<HTMLFormElement>) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}

function ProofFresh() {
  const byCode = lastOf(useSessionState().status)?.way === "password";
  return (
    <p className="h-quiet" role={byCode ? undefined : "status"}>
      {byCode ? texts.glass.proofFresh : texts.glass.proofFreshAnyhow}
    </p>
  );
}

export function ReasonsForm({ grants, part, draft, onChange, breaking, onReferral, onBack, onDecline }: Props) {
  const chosen = grants.find((grant) => grant.rule === draft.chosen) ?? null;
  const codeAsked = chosen !== null && breaking.codeAsked(chosen);
  const press = useRef<HTMLButtonElement>(null);

  const choose = (rule: string) => {
    breaking.forget(); // what was wrong was another reason's
    onChange({ chosen: rule });
  };
  const chooseByKey = (grant: Grant) => {
    flushSync(() => choose(grant.rule));
    document.getElementById(firstAsked(grant, breaking.codeAsked(grant)) ?? reasonId(grant))?.focus();
  };
  const proved = () => {
    breaking.proved();
    press.current?.focus(); // what asked for it is gone
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    breaking.submit(chosen);
  };

  return (
    <form onSubmit={submit} onKeyDown={sendsByKey} noValidate>
      <p>{part ? texts.glass.whyPart(partText(part)) : onBack ? texts.glass.whyOther : texts.glass.why}</p>
      <Problems told={breaking.told} first={field.code} />
      <Reasons
        grants={grants}
        chosen={draft.chosen}
        error={breaking.told.wrong[field.reasons]}
        onChoose={choose}
        onKey={chooseByKey}
      />
      {chosen ? (
        <Asks grant={chosen} draft={draft} wrong={breaking.told.wrong} codeAsked={codeAsked} onChange={onChange} onProved={proved} />
      ) : null}
      {chosen?.bill.proof && !codeAsked ? <ProofFresh /> : null}
      <Cost grants={grants} chosen={chosen} />
      <p className="h-quiet h-glass-keys">{texts.glass.keys}</p>
      <div className="h-glass-actions">
        <Button ref={press} type="submit" aria-disabled={breaking.sending}>
          {breaking.sending ? texts.glass.sending : texts.glass.submit}
        </Button>
        {onReferral ? (
          <button type="button" className="h-link-button" onClick={onReferral}>
            {texts.glass.referral.link}
          </button>
        ) : null}
        {onBack ? (
          <button type="button" className="h-link-button" onClick={onBack}>
            {texts.glass.onlyAcknowledge}
          </button>
        ) : null}
        <button type="button" className="h-link-button" onClick={onDecline}>
          {texts.glass.decline}
        </button>
      </div>
    </form>
  );
}
