// Factors.tsx - a person's password is set, their authenticator enrolled. Nothing of either is kept here.

import { useMutation } from "@tanstack/react-query";
import { Button, PasswordInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { isProblem } from "../api/problem";
import type { Staff } from "../api/types";
import { PasskeyList } from "../session/PasskeyList";
import { Confirm } from "../parts/Confirm";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { Once } from "./Once";
import { useSources, type Source } from "./queries";
import { Refused } from "./Refused";
import { grouped } from "./roster-order";
import { peopleSays } from "./SecondPerson";

const say = texts.people.ways;
const shortest = 8;

export function Factors({ person, own }: { person: Staff; own: boolean }) {
  return (
    <>
      {own ? <p className="h-note">{say.own}</p> : null}
      {person.password_lock === "no" || own ? null : <Locked person={person} />}
      <Password person={person} />
      <Authenticator person={person} />
      <Passkeys person={person} />
      {own ? null : <Elsewhere person={person} />}
    </>
  );
}

function Locked({ person }: { person: Staff }) {
  const { unlockPassword } = usePeopleActions();
  const work = useMutation({ mutationFn: () => unlockPassword(person.staff) });
  const words = texts.people.waysIn;
  return (
    <div className="h-note">
      <p>{words.locked[person.password_lock === "places" ? "places" : "elsewhere"]}</p>
      <Refused error={work.error} />
      <Button type="button" secondary className="h-button-small" onClick={() => work.mutate()} disabled={work.isPending}>
        {words.lift}
      </Button>
    </div>
  );
}

function Password({ person }: { person: Staff }) {
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState("");
  const { setPassword: send } = usePeopleActions();
  const work = useMutation({
    mutationFn: (given: string) => send(person.staff, given),
    onSuccess: () => setPassword(""),
    gcTime: 0,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const short = new TextEncoder().encode(password).length < shortest;
    setWrong(short ? say.short : "");
    if (!short && !work.isPending) work.mutate(password);
  };
  return (
    <form onSubmit={submit} noValidate>
      <PasswordInput
        id="person-password"
        label={say.password}
        hint={person.factors.includes("password") ? say.renews : say.passwordHint}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        autoComplete="new-password"
        maxLength={256}
        {...wrongIf(wrong)}
      />
      <Refused error={work.error} />
      <Button type="submit" secondary className="h-button-small" disabled={work.isPending}>
        {say.setPassword}
      </Button>
      <p role="status">{work.isSuccess ? say.passwordSet : ""}</p>
    </form>
  );
}

/** Everybody enrols their own; an administrator takes away what was lost. */
function Passkeys({ person }: { person: Staff }) {
  const { removePasskey } = usePeopleActions();
  if (person.passkeys.length === 0) return null;
  return (
    <section aria-labelledby="person-passkeys">
      <h3 className="nhsuk-heading-xs" id="person-passkeys">
        {say.passkeys}
      </h3>
      <PasskeyList
        passkeys={person.passkeys}
        means={say.passkeyGoes(person.name)}
        onRemove={(passkey) => removePasskey(person.staff, passkey)}
        problem={peopleSays}
      />
    </section>
  );
}

/** The account at a provider that somebody is bound to since they first came in by it. */
function Elsewhere({ person }: { person: Staff }) {
  const came = person.ways.some(({ way }) => way === "provider");
  const sources = useSources(came);
  const { forgetSubject } = usePeopleActions();
  const [asking, setAsking] = useState<Source | null>(null);
  const [ended, setEnded] = useState<number | null>(null);
  const words = texts.people.sources;
  const providers = (sources.data ?? []).filter(({ kind }) => kind === "provider");
  // Whoever is bound to nothing any more has no such way: what was done is said all the same.
  if (providers.length === 0 || (!came && ended === null)) return null;
  return (
    <section aria-labelledby="person-elsewhere">
      <h3 className="nhsuk-heading-xs h-person-part" id="person-elsewhere">
        {words.person}
      </h3>
      {came ? (
        <>
          <p className="h-quiet">{words.bound}</p>
          <div className="h-buttons">
            {providers.map((each) => (
              <button
                key={each.source}
                type="button"
                className="nhsuk-button nhsuk-button--secondary h-button-small"
                onClick={() => setAsking(each)}
              >
                {words.forget(each.label)}
              </button>
            ))}
          </div>
        </>
      ) : null}
      <p role="status">{ended === null ? "" : words.forgot(ended)}</p>
      {asking === null ? null : (
        <Confirm
          title={words.forgetTitle(person.name, asking.label)}
          does={words.forget(asking.label)}
          onDo={async () => setEnded((await forgetSubject(person.staff, asking.source)).sessions_ended)}
          onClose={() => setAsking(null)}
          problem={(error) => (isProblem(error, "not-found") ? words.neverCame : peopleSays(error))}
        >
          <p dir="auto">{words.forgetMeans(person.name)}</p>
        </Confirm>
      )}
    </section>
  );
}

function Authenticator({ person }: { person: Staff }) {
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<{ secret: string; uri: string } | null>(null);
  const { setTotp } = usePeopleActions();
  return (
    <>
      <Button type="button" secondary className="h-button-small" onClick={() => setAsking(true)}>
        {person.factors.includes("totp") ? say.renewTotp : say.enrolTotp}
      </Button>
      {asking ? (
        <Confirm
          title={say.totpTitle(person.name)}
          does={say.enrolTotp}
          onDo={async () => setShown(await setTotp(person.staff))}
          onClose={() => setAsking(false)}
          problem={peopleSays}
          calm={!person.factors.includes("totp")}
        >
          <p dir="auto">{person.factors.includes("totp") ? say.totpRenews(person.name) : say.totpMeans(person.name)}</p>
        </Confirm>
      ) : null}
      {shown ? (
        <Once
          title={say.secretTitle(person.name)}
          what={say.secretWhat}
          lines={[
            { name: say.secret, text: grouped(shown.secret) },
            { name: say.uri, text: shown.uri },
          ]}
          onClose={() => setShown(null)}
        />
      ) : null}
    </>
  );
}
