// proof.tsx - a fresh one-time code where one is asked for, in place, without losing what was typed.
//
//   const prove = useProof();
//   await prove(() => told(api.POST(...)));   // asks for a code and tries again where one is needed

import { Button, TextInput } from "nhsuk-react-components";
import { createContext, useCallback, useContext, useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { api } from "../api/client";
import { ApiProblem, isProblem } from "../api/problem";
import { Dialog } from "../parts/Dialog";
import { problemText } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { useSessionState } from "./SessionProvider";
import { lastOf } from "./status";
import { NoPasskey, passkeysHere, stepUpByPasskey } from "./webauthn";

const say = texts.session.stepUp;

type Prove = <T>(action: () => Promise<T>) => Promise<T>;

/** Thrown where the person closed the dialog instead. */
export class ProofDeclined extends Error {}

const ProofContext = createContext<Prove | null>(null);

export async function stepUp(code: string): Promise<void> {
  await api.POST("/api/v1/session/step-up", { body: { code: code.replace(/\s/g, "") } });
}

/** What a fresh proof takes: of a session by a card, the card's PIN. */
export function useCodeWording() {
  const byCard = lastOf(useSessionState().status)?.way === "card";
  const { card } = texts.otherWays;
  if (byCard) return { label: card.pin, hint: card.pinHint, empty: card.emptyPin, wrong: texts.session.lock.wrongPin };
  const { code, codeHint, emptyCode } = texts.signIn;
  return { label: code, hint: codeHint, empty: emptyCode, wrong: say.wrong };
}

/** What is wrong with a code, in words. */
export function codeProblem(error: unknown, wrong: string): string {
  if (!(error instanceof ApiProblem)) return problemText(error);
  if (error.slug === "code-reused") return texts.signIn.reused(error.body.retry_after_seconds ?? 0);
  if (error.slug === "slow-down") return texts.signIn.slowDown(error.body.retry_after_seconds ?? 0);
  if (error.slug === "sign-in-refused") return wrong;
  return problemText(error);
}

export function ProofProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<{ given: () => void; declined: () => void } | null>(null);
  const prove = useCallback<Prove>(async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!isProblem(error, "step-up-needed")) throw error;
    }
    await new Promise<void>((given, decline) =>
      setAsked({ given, declined: () => decline(new ProofDeclined()) }),
    );
    return action();
  }, []);
  return (
    <ProofContext value={prove}>
      {children}
      {asked ? (
        <StepUpDialog
          onGiven={() => {
            setAsked(null);
            asked.given();
          }}
          onClose={() => {
            setAsked(null);
            asked.declined();
          }}
        />
      ) : null}
    </ProofContext>
  );
}

export function useProof(): Prove {
  const prove = useContext(ProofContext);
  if (prove === null) throw new Error("no ProofProvider");
  return prove;
}

function StepUpDialog({ onGiven, onClose }: { onGiven: () => void; onClose: () => void }) {
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState("");
  const [sending, setSending] = useState(false);
  const byCard = lastOf(useSessionState().status)?.way === "card";
  const field = useRef<HTMLInputElement>(null);
  const wording = useCodeWording();
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending) return;
    if (code.trim() === "") {
      setWrong(wording.empty);
      return;
    }
    setSending(true);
    try {
      await stepUp(code);
      onGiven();
    } catch (error) {
      setWrong(codeProblem(error, wording.wrong));
      setCode("");
      setSending(false);
      field.current?.focus();
    }
  };
  const byPasskey = async () => {
    if (sending) return;
    setSending(true);
    try {
      await stepUpByPasskey();
      onGiven();
    } catch (error) {
      setWrong(error instanceof NoPasskey ? say.noPasskey : codeProblem(error, wording.wrong));
      setSending(false);
    }
  };
  return (
    <Dialog title={say.title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <p>{byCard ? say.whyPin : passkeysHere ? say.whyEither : say.why}</p>
        <TextInput
          ref={field}
          id="step-up-code"
          label={wording.label}
          hint={wording.hint}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
          width="10"
          maxLength={16}
          {...wrongIf(wrong)}
        />
        <div className="h-buttons">
          <Button type="submit">{say.submit}</Button>
          {passkeysHere && !byCard ? (
            <Button type="button" secondary onClick={() => void byPasskey()}>
              {say.byPasskey}
            </Button>
          ) : null}
        </div>
      </form>
    </Dialog>
  );
}
