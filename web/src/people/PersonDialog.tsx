// PersonDialog.tsx - one person: what is known of them, and what somebody with the right to may do.

import { useState } from "react";
import type { Staff } from "../api/types";
import { Confirm } from "../parts/Confirm";
import { Dialog } from "../parts/Dialog";
import { useHasRole, useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { ChangeForm } from "./ChangeForm";
import { Factors } from "./Factors";
import { GlassTag } from "./Roster";
import { peopleSays } from "./SecondPerson";

const say = texts.people.person;

/** What is checked here, and who else says that it is them. */
function waysOf(person: Staff): string[] {
  const elsewhere = person.ways.filter(({ way }) => way === "provider" || way === "directory");
  return [...person.factors.map((factor) => texts.people.factors[factor]), ...elsewhere.map(({ way }) => texts.people.waysIn.names[way])];
}

export function PersonDialog({ person, onClose }: { person: Staff; onClose: () => void }) {
  const session = useSession();
  const administrator = useHasRole("administrator");
  const own = session.staff === person.staff;
  return (
    <Dialog title={person.name} onClose={onClose} className="h-person">
      <dl className="h-told">
        <div>
          <dt>{say.id}</dt>
          <dd>{person.staff}</dd>
        </div>
        <div>
          <dt>{say.roles}</dt>
          <dd>{person.roles.join(", ") || texts.none}</dd>
        </div>
        <div>
          <dt>{say.department}</dt>
          <dd dir="auto">{person.department ?? texts.none}</dd>
        </div>
        <div>
          <dt>{say.factors}</dt>
          <dd>{waysOf(person).join(", ") || texts.none}</dd>
        </div>
        {person.given_by.length === 0 ? null : (
          <div>
            <dt>{say.givenBy}</dt>
            <dd>
              {person.given_by.map(({ source, groups, roles }) => (
                <span key={source} className="h-block">
                  {texts.people.sources.givenBy(source, groups.join(", "), roles.join(", ") || texts.none)}
                </span>
              ))}
            </dd>
          </div>
        )}
        <div>
          <dt>{say.glass}</dt>
          <dd>
            <GlassTag person={person} />
          </dd>
        </div>
      </dl>
      {administrator ? null : <p className="h-quiet h-person-note">{say.onlyAdministrators}</p>}
      {administrator ? (
        <>
          <Part title={say.change}>
            <ChangeForm key={`${person.staff} ${JSON.stringify(person)}`} person={person} own={own} />
          </Part>
          <Part title={say.ways}>
            <Factors person={person} own={own} />
          </Part>
        </>
      ) : null}
      <SignOut person={person} />
    </Dialog>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <details className="nhsuk-details nhsuk-expander">
      <summary className="nhsuk-details__summary">
        <span className="nhsuk-details__summary-text">{title}</span>
      </summary>
      <div className="nhsuk-details__text">{children}</div>
    </details>
  );
}

function SignOut({ person }: { person: Staff }) {
  const [asking, setAsking] = useState(false);
  const [ended, setEnded] = useState<number | null>(null);
  const { signOut } = usePeopleActions();
  return (
    <>
      <div className="h-buttons">
        <button type="button" className="nhsuk-button nhsuk-button--warning h-button-small" onClick={() => setAsking(true)}>
          {say.signOut}
        </button>
        <span role="status">{ended === null ? "" : say.signedOut(ended)}</span>
      </div>
      {asking ? (
        <Confirm
          title={say.signOutTitle(person.name)}
          does={say.signOut}
          onDo={async () => setEnded((await signOut(person.staff)).sessions_ended)}
          onClose={() => setAsking(false)}
          problem={peopleSays}
        >
          <p dir="auto">{say.signOutMeans(person.name)}</p>
        </Confirm>
      ) : null}
    </>
  );
}
