// TeamField.tsx - which team: one of those that the person is in, or its id where the server tells of none.

import { TextInput } from "nhsuk-react-components";
import { useEffect, useRef } from "react";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";

interface Props {
  id: string;
  /** That the person may log a referral of; several or one to choose from. */
  teams: string[];
  team: string;
  error: string;
  onTeam: (team: string) => void;
}

export function TeamField(props: Props) {
  return props.teams.length > 0 ? <Teams {...props} /> : <AnyTeam {...props} />;
}

function Teams({ id, teams, team, error, onTeam }: Props) {
  const list = useRef<HTMLFieldSetElement>(null);
  useEffect(() => list.current?.querySelector<HTMLInputElement>("input:checked, input")?.focus(), []);
  return (
    <div className={error ? "nhsuk-form-group nhsuk-form-group--error" : "nhsuk-form-group"}>
      <fieldset ref={list} className="nhsuk-fieldset" aria-describedby={error ? `${id}-error` : undefined}>
        <legend className="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{texts.glass.referral.teams}</legend>
        {error ? (
          <span className="nhsuk-error-message" id={`${id}-error`}>
            <span className="nhsuk-u-visually-hidden">{texts.glass.problems.error}</span> {error}
          </span>
        ) : null}
        <div className="nhsuk-radios">
          {teams.map((each, index) => (
            <div className="nhsuk-radios__item" key={each}>
              <input
                className="nhsuk-radios__input"
                type="radio"
                name={id}
                id={index === 0 ? id : `${id}-${String(index)}`}
                checked={each === team}
                onChange={() => onTeam(each)}
              />
              <label className="nhsuk-label nhsuk-radios__label" htmlFor={index === 0 ? id : `${id}-${String(index)}`}>
                <bdi>{each}</bdi>
              </label>
            </div>
          ))}
        </div>
      </fieldset>
    </div>
  );
}

function AnyTeam({ id, team, error, onTeam }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <TextInput
      ref={field}
      id={id}
      label={texts.glass.referral.team}
      hint={texts.glass.referral.teamHint}
      value={team}
      onChange={(event) => onTeam(event.target.value)}
      autoCapitalize="none"
      autoComplete="off"
      spellCheck={false}
      {...wrongIf(error)}
    />
  );
}
