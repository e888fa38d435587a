// OtherWays.tsx - signing in without one's own factors: by an emergency card, or on a colleague's word. Both take an
// enrolled terminal: this browser is made one here, once.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, ErrorSummary, PasswordInput, TextInput } from "nhsuk-react-components";
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import { problemText } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { useInterlude } from "./interlude";
import { useSessionState } from "./SessionProvider";

const say = texts.otherWays;
const letters = /[^23456789A-HJ-NP-Z]/g;
const codeLength = 16;

/** As it stands on the card: capitals, in fours. A scanner or a person may write it otherwise. */
export function inFours(typed: string): string {
  const bare = typed.toUpperCase().replace(letters, "").slice(0, codeLength);
  return bare.replace(/(.{4})(?=.)/g, "$1-");
}

function useTerminal() {
  return useQuery({ queryKey: ["hospital", "terminal"], queryFn: () => told(api.GET("/api/v1/terminal")), retry: false });
}

/** A form on the page of signing in: its title, what is wrong, and the way back. */
function Way({ title, wrong, onBack, children }: { title: string; wrong: string; onBack: () => void; children: ReactNode }) {
  const summary = useRef<HTMLDivElement>(null);
  useInterlude(title);
  useEffect(() => {
    if (wrong !== "") summary.current?.focus();
  }, [wrong]);
  const terminal = useTerminal();
  const nowhere = terminal.data !== undefined && terminal.data.terminal === null;
  return (
    <main className="h-sign-in" id="page">
      <div className="h-way">
      <h1 className="nhsuk-heading-l">{title}</h1>
      {wrong === "" ? null : (
        <ErrorSummary ref={summary} tabIndex={-1}>
          <ErrorSummary.Title>{texts.signIn.problem}</ErrorSummary.Title>
          <ErrorSummary.List>
            <li>{wrong}</li>
          </ErrorSummary.List>
        </ErrorSummary>
      )}
      {nowhere ? <MakeTerminal /> : children}
      <p>
        <button type="button" className="h-link-button" onClick={onBack}>
          {say.back}
        </button>
      </p>
      </div>
    </main>
  );
}

export function CardForm({ onBack }: { onBack: () => void }) {
  const { signIn } = useSessionState();
  const [code, setCode] = useState("");
  const [pin, setPin] = useState("");
  const [wrong, setWrong] = useState("");
  const [sending, setSending] = useState(false);
  const pinField = useRef<HTMLInputElement>(null);
  const whole = code.replace(/-/g, "").length === codeLength;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending) return;
    if (!whole) return setWrong(say.card.emptyCode);
    // A scanner ends with Enter.
    if (pin === "") return pinField.current?.focus();
    setSending(true);
    setWrong("");
    try {
      await signIn({ code, pin });
    } catch (error) {
      setSending(false);
      setPin("");
      setWrong(problemText(error));
    }
  };
  return (
    <Way title={say.card.title} wrong={wrong} onBack={onBack}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          autoFocus
          id="card-code"
          label={say.card.code}
          hint={say.card.codeHint}
          value={code}
          onChange={(event) => setCode(inFours(event.target.value))}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          className="h-card-code"
        />
        <PasswordInput
          ref={pinField}
          id="card-pin"
          label={say.card.pin}
          hint={say.card.pinHint}
          value={pin}
          onChange={(event) => setPin(event.target.value)}
          inputMode="numeric"
          autoComplete="off"
          maxLength={16}
        />
        <Button type="submit" aria-disabled={sending}>
          {sending ? texts.signIn.sending : say.card.submit}
        </Button>
        <p className="h-quiet">{say.card.once}</p>
      </form>
    </Way>
  );
}

export function VouchForm({ onBack }: { onBack: () => void }) {
  const { askVouch, refresh } = useSessionState();
  const [user, setUser] = useState("");
  const [wrong, setWrong] = useState("");
  const [asked, setAsked] = useState<{ number: number; until: number } | null>(null);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (asked === null) return;
    const timer = setInterval(() => {
      const seconds = Math.ceil((asked.until - Date.now()) / 1000);
      setLeft(seconds);
      if (seconds > 0) return void refresh();
      setAsked(null);
      setWrong(say.vouch.over);
    }, 1000);
    return () => clearInterval(timer);
  }, [asked, refresh]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (user.trim() === "") return setWrong(texts.signIn.emptyUser);
    setWrong("");
    try {
      const made = await askVouch(user.trim());
      const lasts = 120;
      setLeft(lasts);
      setAsked({ number: made.number, until: Date.now() + lasts * 1000 });
    } catch (error) {
      setWrong(isProblem(error, "role-needed") ? say.vouch.notHere : problemText(error));
    }
  };
  return (
    <Way title={say.vouch.title} wrong={wrong} onBack={onBack}>
      {asked === null ? (
        <form onSubmit={(event) => void submit(event)} noValidate>
          <p>{say.vouch.what}</p>
          <TextInput
            autoFocus
            id="vouch-user"
            label={texts.signIn.user}
            value={user}
            onChange={(event) => setUser(event.target.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={128}
          />
          <Button type="submit">{say.vouch.ask}</Button>
        </form>
      ) : (
        <div role="status">
          <p>{say.vouch.tell}</p>
          <p className="h-vouch-number">{asked.number}</p>
          <p className="h-quiet" aria-hidden="true">
            {say.vouch.left(left)}
          </p>
        </div>
      )}
    </Way>
  );
}

function MakeTerminal() {
  const client = useQueryClient();
  const [terminal, setTerminal] = useState("");
  const [secret, setSecret] = useState("");
  const [wrong, setWrong] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (terminal.trim() === "" || secret === "") return setWrong(say.terminal.empty);
    try {
      await told(api.POST("/api/v1/terminal", { body: { terminal: terminal.trim(), secret: secret.trim() } }));
      await client.invalidateQueries({ queryKey: ["hospital", "terminal"] });
    } catch (error) {
      setWrong(isProblem(error, "sign-in-refused") ? say.terminal.refused : problemText(error));
    }
  };
  return (
    <>
      <p className="h-note">{say.terminal.none}</p>
      <details className="nhsuk-details">
        <summary className="nhsuk-details__summary">
          <span className="nhsuk-details__summary-text">{say.terminal.make}</span>
        </summary>
        <form className="nhsuk-details__text" onSubmit={(event) => void submit(event)} noValidate>
          <p>{say.terminal.what}</p>
          {wrong === "" ? null : (
            <p className="h-problem" role="alert">
              {wrong}
            </p>
          )}
          <TextInput
            id="terminal-name"
            label={texts.people.terminals.id}
            value={terminal}
            onChange={(event) => setTerminal(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
          />
          <PasswordInput
            id="terminal-secret"
            label={say.terminal.secret}
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
            autoComplete="off"
            maxLength={256}
          />
          <Button type="submit" secondary>
            {say.terminal.does}
          </Button>
        </form>
      </details>
    </>
  );
}
