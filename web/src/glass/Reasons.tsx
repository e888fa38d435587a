// Reasons.tsx - the reasons that this person may give. None is chosen for them.
//
// A number chooses its reason, while the focus is in this list and nowhere else: no key that is typed into a text
// does anything (WCAG 2.1.4). Choosing by key goes on to the first thing that the reason asks; where it asks
// nothing beforehand, Enter opens the chart.

import { useEffect, useRef, type KeyboardEvent } from "react";
import type { Grant } from "../api/types";
import { texts } from "../texts";
import { field } from "./draft";

interface Props {
  grants: Grant[];
  chosen: string | null;
  error: string | undefined;
  onChoose: (rule: string) => void;
  /** Chosen by its number. */
  onKey: (grant: Grant) => void;
}

export function Reasons({ grants, chosen, error, onChoose, onKey }: Props) {
  const list = useRef<HTMLFieldSetElement>(null);
  useEffect(() => list.current?.focus(), []); // in a dialog that is open already

  const press = (event: KeyboardEvent<HTMLFieldSetElement>) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const grant = /^[1-9]$/.test(event.key) ? grants[Number(event.key) - 1] : undefined;
    if (grant !== undefined) {
      event.preventDefault();
      onKey(grant);
    } else if (event.key === "Enter" && event.target === list.current) {
      event.preventDefault();
      list.current?.form?.requestSubmit();
    }
  };

  return (
    <div className={error ? "nhsuk-form-group nhsuk-form-group--error" : "nhsuk-form-group"}>
      <fieldset
        ref={list}
        id={field.reasons}
        tabIndex={-1}
        data-focus-first
        className="nhsuk-fieldset h-reasons"
        aria-describedby={error ? `${field.reasons}-error` : undefined}
        onKeyDown={press}
      >
        <legend className="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{texts.glass.reasons}</legend>
        {error ? (
          <span className="nhsuk-error-message" id={`${field.reasons}-error`}>
            <span className="nhsuk-u-visually-hidden">{texts.glass.problems.error}</span> {error}
          </span>
        ) : null}
        <div className="nhsuk-radios">
          {grants.map((grant, index) => (
            <Reason
              key={grant.rule}
              grant={grant}
              number={index < 9 ? String(index + 1) : null}
              chosen={grant.rule === chosen}
              onChoose={() => onChoose(grant.rule)}
            />
          ))}
        </div>
      </fieldset>
    </div>
  );
}

interface ReasonProps {
  grant: Grant;
  number: string | null;
  chosen: boolean;
  onChoose: () => void;
}

function Reason({ grant, number, chosen, onChoose }: ReasonProps) {
  const id = reasonId(grant);
  return (
    <div className={chosen ? "nhsuk-radios__item h-reason h-reason-chosen" : "nhsuk-radios__item h-reason"}>
      <input
        className="nhsuk-radios__input"
        type="radio"
        name="glass-reason"
        id={id}
        checked={chosen}
        aria-describedby={`${id}-help`}
        aria-keyshortcuts={number ?? undefined}
        onChange={onChoose}
      />
      <label className="nhsuk-label nhsuk-radios__label" htmlFor={id}>
        {grant.label}
      </label>
      {number ? (
        <kbd className="h-key" aria-hidden="true">
          {number}
        </kbd>
      ) : null}
      <div className="nhsuk-hint nhsuk-radios__hint" id={`${id}-help`}>
        {grant.help}
      </div>
    </div>
  );
}

export function reasonId(grant: Grant): string {
  return `glass-reason-${grant.rule}`;
}
