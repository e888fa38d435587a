// PasskeyList.tsx - somebody's passkeys, and taking one away: by themself, or by an administrator.

import { useState, type ReactNode } from "react";
import { Confirm } from "../parts/Confirm";
import { useMoment } from "../parts/time";
import { texts } from "../texts";
import type { Passkey } from "./webauthn";

const say = texts.passkeys;

interface Props {
  passkeys: Passkey[];
  /** What taking one away means. */
  means: string;
  onRemove: (passkey: string) => Promise<unknown>;
  /** What goes wrong in words of the place. */
  problem?: (error: unknown) => ReactNode;
}

export function PasskeyList({ passkeys, means, onRemove, problem = () => null }: Props) {
  const moment = useMoment();
  const [leaving, setLeaving] = useState<Passkey | null>(null);
  return (
    <>
      <ul className="h-passkeys">
        {passkeys.map((each) => (
          <li key={each.passkey}>
            <div>
              <strong dir="auto">{each.name}</strong>
              <span className="h-quiet">
                {say.enrolled(moment(each.enrolled_at))} {each.used_at ? say.used(moment(each.used_at)) : say.unused}
                {each.synced ? ` ${say.synced}` : ""}
              </span>
            </div>
            <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setLeaving(each)}>
              {say.remove}
              <span className="nhsuk-u-visually-hidden"> {each.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {leaving ? (
        <Confirm
          title={say.removeTitle(leaving.name)}
          does={say.remove}
          onDo={() => onRemove(leaving.passkey)}
          onClose={() => setLeaving(null)}
          problem={problem}
        >
          <p dir="auto">{means}</p>
        </Confirm>
      ) : null}
    </>
  );
}
