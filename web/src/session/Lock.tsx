// Lock.tsx - the locked screen of a shared workstation. The server keeps the lock, and this tab until the server has it: a
// reload does not open it.

import { Button, PasswordInput } from "nhsuk-react-components";
import { useEffect, useRef, useState, useSyncExternalStore, type FormEvent, type ReactNode } from "react";
import { ApiProblem, isProblem } from "../api/problem";
import { problemText } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { useInterlude } from "./interlude";
import { Providers, useOwnProviders, whatCameBack, type Provider } from "./Providers";
import { useSessionState } from "./SessionProvider";
import { lastOf } from "./status";
import { NoPasskey, passkeysHere } from "./webauthn";

const say = texts.session.lock;

/** The design system asks for its script when a password is first asked for: too late where the server is away by then. */
export function useLockAtHand() {
  useEffect(() => void import("nhsuk-frontend").catch(() => undefined), []);
}

export function LockScreen() {
  const { status, live, unconfirmed, unlock, signOut, cameIn } = useSessionState();
  const contact = useSyncExternalStore(live.watchContact, live.contact);
  const name = lastOf(status)?.name;
  const byCard = lastOf(status)?.way === "card";
  const providers = useOwnProviders();
  const byProvider = providers.length > 0;
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState("");
  /** What is wrong with a way that has no field. */
  const [wrongWay, setWrongWay] = useState<string | null>(whatCameBack);
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useInterlude(say.title);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending || password === "") return;
    setSending(true);
    setWrongWay(null);
    try {
      await unlock({ password });
      setSending(false);
    } catch (error) {
      setPassword("");
      setSending(false);
      if (isProblem(error, "slow-down"))
        setWrong(texts.signIn.slowDown((error as ApiProblem).body.retry_after_seconds ?? 0));
      else setWrong(isProblem(error, "sign-in-refused") ? (byCard ? say.wrongPin : say.wrong) : problemText(error));
      field.current?.focus();
    }
  };
  const byPasskey = async () => {
    if (sending) return;
    setSending(true);
    setWrong("");
    setWrongWay(null);
    const tell = byProvider ? setWrongWay : setWrong;
    try {
      await unlock("passkey");
      setSending(false);
    } catch (error) {
      setSending(false);
      if (error instanceof NoPasskey) tell(byProvider ? say.noPasskeyHere : say.noPasskey);
      else tell(isProblem(error, "sign-in-refused") ? say.passkeyRefused : problemText(error));
      field.current?.focus();
    }
  };
  const passkey =
    passkeysHere && !byCard ? (
      <Button type="button" secondary onClick={() => void byPasskey()}>
        {say.byPasskey}
      </Button>
    ) : null;
  const ownPassword = (
    <PasswordInput
      ref={field}
      id="unlock-password"
      label={byCard ? say.pin : say.password}
      value={password}
      onChange={(event) => setPassword(event.target.value)}
      autoComplete="current-password"
      {...wrongIf(wrong)}
      maxLength={256}
    />
  );
  return (
    <main className="h-sign-in" id="page">
      <form onSubmit={(event) => void submit(event)} noValidate>
        <h1 className="nhsuk-heading-l">{say.title}</h1>
        <p>{name === undefined ? say.somebody : say.who(name)}</p>
        <div role="status">
          {unconfirmed || contact === "lost" ? <p className="h-note">{say.noContact}</p> : null}
        </div>
        <div role="alert">{wrongWay === null ? null : <p className="h-problem">{wrongWay}</p>}</div>
        {byProvider ? (
          <ByProvider providers={providers} onDone={() => void cameIn()} onWrong={setWrongWay} passkey={passkey}>
            {ownPassword}
            <Button type="submit" secondary>
              {say.unlock}
            </Button>
          </ByProvider>
        ) : (
          <>
            {ownPassword}
            <div className="h-buttons">
              <Button type="submit">{say.unlock}</Button>
              {passkey}
            </div>
          </>
        )}
        <p className="h-quiet">
          <button type="button" className="h-link-button" onClick={signOut}>
            {say.another}
          </button>{" "}
          {say.anotherHint}
        </p>
      </form>
    </main>
  );
}

interface ByProviderProps {
  providers: Provider[];
  onDone: () => void;
  onWrong: (text: string | null) => void;
  passkey: ReactNode;
  children: ReactNode;
}

/** Who came by a provider unlocks by it; a password that is kept here they may have, and may not. */
function ByProvider({ providers, onDone, onWrong, passkey, children }: ByProviderProps) {
  return (
    <>
      <div className="h-provider-ways">
        <Providers
          purpose="unlock"
          apart
          first
          providers={providers}
          text={texts.providers.unlock}
          instead={texts.providers.insteadOfUnlock}
          onDone={onDone}
          onWrong={onWrong}
        />
        {passkey}
      </div>
      <details className="nhsuk-details" open={providers.every(({ up }) => !up)}>
        <summary className="nhsuk-details__summary">
          <span className="nhsuk-details__summary-text">{say.ownPassword}</span>
        </summary>
        <div className="nhsuk-details__text">{children}</div>
      </details>
    </>
  );
}
