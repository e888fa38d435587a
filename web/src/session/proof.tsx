// proof.tsx - a fresh proof where one is asked for, in place, without losing what was typed: a one-time code, a passkey, or
// the provider that somebody came by.
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
import { Providers, useOwnProviders } from "./Providers";
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

interface OtherProofsProps {
  /** It is proved; whatever was begun may go on. */
  onProved: () => void;
  onWrong: (text: string | null) => void;
  first?: boolean;
}

/** What proves it beside a code: a passkey, the provider that somebody came by; of a session by a card, nothing. */
export function OtherProofs({ onProved, onWrong, first = false }: OtherProofsProps) {
  const providers = useOwnProviders();
  const byCard = lastOf(useSessionState().status)?.way === "card";
  const busy = useRef(false);
  const byPasskey = async () => {
    if (busy.current) return;
    busy.current = true;
    onWrong(null);
    try {
      await stepUpByPasskey();
      onProved();
    } catch (error) {
      if (error instanceof NoPasskey) onWrong(providers.length > 0 ? say.noPasskeyHere : say.noPasskey);
      else onWrong(isProblem(error, "sign-in-refused") ? texts.session.lock.passkeyRefused : codeProblem(error, say.wrong));
    }
    busy.current = false;
  };
  const passkey = passkeysHere && !byCard;
  if (!passkey && providers.length === 0) return null;
  return (
    <div className="h-provider-ways">
      <Providers
        purpose="step-up"
        apart
        first={first}
        providers={providers}
        text={texts.providers.prove}
        instead={texts.providers.insteadOfProof}
        onDone={onProved}
        onWrong={onWrong}
      />
      {passkey ? (
        <Button type="button" secondary onClick={() => void byPasskey()}>
          {say.byPasskey}
        </Button>
      ) : null}
    </div>
  );
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
  /** What is wrong with a way that has no field. */
  const [wrongWay, setWrongWay] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const byCard = lastOf(useSessionState().status)?.way === "card";
  const byProvider = useOwnProviders().length > 0;
  const field = useRef<HTMLInputElement>(null);
  const wording = useCodeWording();
  const form = useRef<HTMLFormElement>(null);
  // Who came by a provider goes on by it, as a rule.
  useEffect(() => (form.current?.querySelector<HTMLElement>(".h-providers button") ?? field.current)?.focus(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending) return;
    setWrongWay(null);
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
  const others = (
    <OtherProofs
      first={byProvider}
      onProved={onGiven}
      onWrong={(text) => {
        setWrong("");
        setWrongWay(text);
      }}
    />
  );
  return (
    <Dialog title={say.title} onClose={onClose}>
      <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <p>{byCard ? say.whyPin : byProvider ? say.whyProvider : passkeysHere ? say.whyEither : say.why}</p>
        <div role="alert">{wrongWay === null ? null : <p className="h-problem">{wrongWay}</p>}</div>
        {byProvider ? others : null}
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
          <Button type="submit" secondary={byProvider}>
            {say.submit}
          </Button>
          {byProvider ? null : others}
        </div>
      </form>
    </Dialog>
  );
}
