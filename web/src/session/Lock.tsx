// Lock.tsx - the walk-away lock of a shared workstation. The server keeps it: a reload does not open it.

import { Button, PasswordInput } from "nhsuk-react-components";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { api } from "../api/client";
import { ApiProblem, isProblem } from "../api/problem";
import { problemText } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { useHospital } from "./hospital";
import { useSession, useSessionState } from "./SessionProvider";

const signs = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** Locks when nobody has touched the screen for as long as the policy says. */
export function useWalkAwayLock() {
  const { lock_seconds } = useHospital();
  const { refresh } = useSessionState();
  const { locked } = useSession();
  useEffect(() => {
    if (lock_seconds === null || locked) return;
    let touched = Date.now();
    const touch = () => {
      touched = Date.now();
    };
    for (const sign of signs) window.addEventListener(sign, touch, { passive: true, capture: true });
    const timer = setInterval(() => {
      if (Date.now() - touched < lock_seconds * 1000) return;
      clearInterval(timer);
      void api.POST("/api/v1/session/lock", { body: {} }).catch(() => undefined).finally(() => void refresh());
    }, 1000);
    return () => {
      clearInterval(timer);
      for (const sign of signs) window.removeEventListener(sign, touch, { capture: true });
    };
  }, [lock_seconds, locked, refresh]);
}

export function LockScreen() {
  const session = useSession();
  const { refresh, signOut } = useSessionState();
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState("");
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = `${texts.session.lock.title} – ${texts.product}`;
    field.current?.focus();
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending || password === "") return;
    setSending(true);
    try {
      await api.POST("/api/v1/session/unlock", { body: { password } });
      await refresh();
    } catch (error) {
      setPassword("");
      setSending(false);
      if (isProblem(error, "slow-down"))
        setWrong(texts.signIn.slowDown((error as ApiProblem).body.retry_after_seconds ?? 0));
      else setWrong(isProblem(error, "sign-in-refused") ? texts.session.lock.wrong : problemText(error));
      field.current?.focus();
    }
  };
  return (
    <main className="h-sign-in" id="page">
      <form onSubmit={(event) => void submit(event)} noValidate>
        <h1 className="nhsuk-heading-l">{texts.session.lock.title}</h1>
        <p>{texts.session.lock.who(session.name)}</p>
        <PasswordInput
          ref={field}
          id="unlock-password"
          label={texts.session.lock.password}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="current-password"
          error={wrong}
          maxLength={256}
        />
        <Button type="submit">{texts.session.lock.unlock}</Button>
        <p className="h-quiet">
          <button type="button" className="h-link-button" onClick={() => void signOut()}>
            {texts.session.lock.another}
          </button>{" "}
          {texts.session.lock.anotherHint}
        </p>
      </form>
    </main>
  );
}
