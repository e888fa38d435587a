// Tick.tsx - a sentence that somebody ticks.

import { texts } from "../texts";

interface Props {
  id: string;
  text: string;
  ticked: boolean;
  error: string | undefined;
  onTick: (ticked: boolean) => void;
}

export function Tick({ id, text, ticked, error, onTick }: Props) {
  return (
    <div className={error ? "nhsuk-form-group nhsuk-form-group--error" : "nhsuk-form-group"}>
      {error ? (
        <span className="nhsuk-error-message" id={`${id}-error`}>
          <span className="nhsuk-u-visually-hidden">{texts.glass.problems.error}</span> {error}
        </span>
      ) : null}
      <div className="nhsuk-checkboxes">
        <div className="nhsuk-checkboxes__item">
          <input
            className="nhsuk-checkboxes__input"
            type="checkbox"
            id={id}
            checked={ticked}
            aria-describedby={error ? `${id}-error` : undefined}
            aria-invalid={error ? true : undefined}
            onChange={(event) => onTick(event.target.checked)}
          />
          <label className="nhsuk-label nhsuk-checkboxes__label" htmlFor={id}>
            {text}
          </label>
        </div>
      </div>
    </div>
  );
}
