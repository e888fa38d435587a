// OtherWays.tsx - signing in without one's own factors: by an emergency card, or on a colleague's word. Both take an
// enrolled terminal: this browser is made one here, once.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, ErrorSummary, PasswordInput, TextInput } from "nhsuk-react-components";
import { useEffect, useLayoutEffect, useRef, useState, type ChangeEvent, type FormEvent, type ReactNode } from "react";
import { api, told } from "../api/client";
import { ApiProblem, isProblem } from "../api/problem";
import { saidText } from "../parts/ProblemMessage";
import { left, useNow } from "../parts/time";
import { texts } from "../texts";
import { useInterlude } from "./interlude";
import { useSessionState } from "./SessionProvider";

const say = texts.otherWays;
const notOfCodes = /[^23456789A-HJ-NP-Z]/g;
const codeLength = 16;
const lookEvery = 1000;

function bare(typed: string): string {
  return typed.toUpperCase().replace(notOfCodes, "");
}

/** As it stands on the card: capitals, in fours. A scanner or a person may write it otherwise. */
export function inFours(typed: string): string {
  return bare(typed)
    .slice(0, codeLength)
    .replace(/(.{4})(?=.)/g, "$1-");
}

function problemOf(error: unknown): string {
  if (isProblem(error, "slow-down")) return texts.signIn.slowDown((error as ApiProblem).body.retry_after_seconds ?? 0);
  return saidText(error);
}

function useTerminal() {
  return useQuery({ queryKey: ["hospital", "terminal"], queryFn: () => told(api.GET("/api/v1/terminal")), retry: false });
}

interface WayProps {
  title: string;
  /** Anew for each time that it is said. */
  wrong: { text: string } | null;
  leave: { text: string; does: () => void };
  children: ReactNode;
}

/** A form on the page of signing in: its title, what is wrong, and the way back. */
function Way({ title, wrong, leave, children }: WayProps) {
  const summary = useRef<HTMLDivElement>(null);
  useInterlude(title);
  useEffect(() => {
    if (wrong !== null) summary.current?.focus();
  }, [wrong]);
  const terminal = useTerminal();
  const nowhere = terminal.data !== undefined && terminal.data.terminal === null;
  return (
    <main className="h-sign-in" id="page">
      <div className="h-way">
        <h1 className="nhsuk-heading-l">{title}</h1>
        {wrong === null ? null : (
          <ErrorSummary ref={summary} tabIndex={-1}>
            <ErrorSummary.Title>{texts.signIn.problem}</ErrorSummary.Title>
            <ErrorSummary.List>
              <li>{wrong.text}</li>
            </ErrorSummary.List>
          </ErrorSummary>
        )}
        {nowhere ? <MakeTerminal /> : children}
        <p>
          <button type="button" className="h-link-button" onClick={leave.does}>
            {leave.text}
          </button>
        </p>
      </div>
    </main>
  );
}

/** A field that writes what is typed in fours, and leaves the cursor where it was. */
function CodeInput({ code, onCode }: { code: string; onCode: (code: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const cursor = useRef<number | null>(null);
  const [, showAgain] = useState(0);
  useLayoutEffect(() => {
    if (cursor.current !== null) field.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = null;
  });
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    const { value, selectionStart } = event.target;
    let letters = bare(value);
    let before = bare(value.slice(0, selectionStart ?? value.length)).length;
    // Who takes away the dash means the letter before it.
    if (value.length < code.length && letters === bare(code) && before > 0) {
      before -= 1;
      letters = letters.slice(0, before) + letters.slice(before + 1);
    }
    // Behind the dash where a four is full and more follows.
    cursor.current = before + Math.floor(Math.max(0, before - (before < letters.length ? 0 : 1)) / 4);
    onCode(inFours(letters));
    showAgain((times) => times + 1);
  };
  return (
    <TextInput
      ref={field}
      autoFocus
      id="card-code"
      label={say.card.code}
      hint={say.card.codeHint}
      value={code}
      onChange={change}
      autoComplete="off"
      autoCapitalize="characters"
      autoCorrect="off"
      spellCheck={false}
      className="h-card-code"
    />
  );
}

export function CardForm({ onBack }: { onBack: () => void }) {
  const { signIn } = useSessionState();
  const [code, setCode] = useState("");
  const [pin, setPin] = useState("");
  const [wrong, setWrong] = useState<{ text: string } | null>(null);
  const [sending, setSending] = useState(false);
  const pinField = useRef<HTMLInputElement>(null);
  const missing = codeLength - bare(code).length;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending) return;
    if (missing > 0) return setWrong({ text: missing === codeLength ? say.card.emptyCode : say.card.shortCode(missing) });
    // A scanner ends with Enter, wherever the focus is then.
    if (pin === "" && document.activeElement !== pinField.current) {
      setWrong(null);
      return pinField.current?.focus();
    }
    if (pin === "") return setWrong({ text: say.card.emptyPin });
    setSending(true);
    setWrong(null);
    try {
      await signIn({ code, pin });
    } catch (error) {
      setSending(false);
      setPin("");
      setWrong({ text: problemOf(error) });
    }
  };
  return (
    <Way title={say.card.title} wrong={wrong} leave={{ text: say.back, does: onBack }}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <CodeInput code={code} onCode={setCode} />
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

interface Asking {
  number: number;
  until: number;
}

export function VouchForm({ onBack }: { onBack: () => void }) {
  const { askVouch, stopAsking } = useSessionState();
  const [user, setUser] = useState("");
  const [wrong, setWrong] = useState<{ text: string } | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [sending, setSending] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending) return;
    if (user.trim() === "") return setWrong({ text: texts.signIn.emptyUser });
    setSending(true);
    setWrong(null);
    try {
      const made = await askVouch(user.trim());
      setAsking({ number: made.number, until: Date.parse(made.until) });
    } catch (error) {
      setWrong({ text: isProblem(error, "role-needed") ? say.vouch.notHere : problemOf(error) });
    }
    setSending(false);
  };
  const over = (text: string | null) => {
    setAsking(null);
    if (text !== null) setWrong({ text });
    void stopAsking();
  };
  const leave = asking === null ? { text: say.back, does: onBack } : { text: say.vouch.stop, does: () => over(null) };
  return (
    <Way title={say.vouch.title} wrong={wrong} leave={leave}>
      {asking === null ? (
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
          <Button type="submit" aria-disabled={sending}>
            {sending ? say.vouch.asking : say.vouch.ask}
          </Button>
        </form>
      ) : (
        <Waiting {...asking} onOver={() => over(say.vouch.over)} />
      )}
    </Way>
  );
}

/** The number for the colleague, for as long as it is good. */
function Waiting({ number, until, onOver }: Asking & { onOver: () => void }) {
  const { lookForVouch } = useSessionState();
  const now = useNow(lookEvery);
  const latest = useRef(onOver);
  latest.current = onOver;
  useEffect(() => {
    if (now < until) void lookForVouch();
    else latest.current();
  }, [now, until, lookForVouch]);
  return (
    <>
      <div role="status">
        <p>{say.vouch.tell}</p>
        <p className="h-vouch-number">{number}</p>
      </div>
      <p className="h-vouch-left" aria-hidden="true">
        {say.vouch.left(left(until, now))}
      </p>
    </>
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
      setWrong(isProblem(error, "sign-in-refused") ? say.terminal.refused : problemOf(error));
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
