// SignIn.tsx - user name, password, one-time code. Also over a page whose session has ended.

import { Button, ErrorSummary, PasswordInput, TextInput } from "nhsuk-react-components";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { ApiProblem, isProblem } from "../api/problem";
import { problemText } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { useHospital } from "./hospital";
import { useInterlude } from "./interlude";
import { CardForm, VouchForm } from "./OtherWays";
import { Providers, useProviders, whatCameBack } from "./Providers";
import { NoPasskey, passkeysHere } from "./webauthn";
import { useSessionState, type EndedBy } from "./SessionProvider";

type Field = "user" | "password" | "code";
type Errors = Partial<Record<Field, string>>;

function refusalText(error: unknown): string {
  if (!(error instanceof ApiProblem)) return problemText(error);
  const seconds = error.body.retry_after_seconds ?? 0;
  switch (error.slug) {
    case "sign-in-refused":
      return texts.signIn.refused;
    case "code-reused":
      return texts.signIn.reused(seconds);
    case "slow-down":
      return texts.signIn.slowDown(seconds);
    default:
      return problemText(error);
  }
}

interface Asked {
  by: EndedBy | null;
  staff?: string | undefined;
}

export function SignIn(asked: Asked) {
  const [way, setWay] = useState<"own" | "card" | "vouch">("own");
  const back = () => setWay("own");
  if (way === "card") return <CardForm onBack={back} />;
  if (way === "vouch") return <VouchForm onBack={back} />;
  return <OwnForm {...asked} onOther={setWay} />;
}

function OwnForm({ by, staff, onOther }: Asked & { onOther: (way: "card" | "vouch") => void }) {
  const { signIn, unconfirmed, cameIn } = useSessionState();
  const providers = useProviders();
  const { name } = useHospital();
  const [given, setGiven] = useState({ user: staff ?? "", password: "", code: "" });
  const [errors, setErrors] = useState<Errors>({});
  const [refused, setRefused] = useState<string | null>(whatCameBack);
  const [sending, setSending] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const first = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);

  useInterlude(texts.signIn.title);
  useEffect(() => (staff ? password : first).current?.focus(), [staff]);

  const change = (field: Field) => (event: { target: { value: string } }) =>
    setGiven((before) => ({ ...before, [field]: event.target.value }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending) return;
    const missing: Errors = {};
    if (given.user.trim() === "") missing.user = texts.signIn.emptyUser;
    if (given.password === "") missing.password = texts.signIn.emptyPassword;
    if (given.code.trim() === "") missing.code = texts.signIn.emptyCode;
    setErrors(missing);
    setRefused(null);
    if (Object.keys(missing).length > 0) {
      setTimeout(() => summary.current?.focus());
      return;
    }
    setSending(true);
    try {
      await signIn({ user: given.user.trim(), password: given.password, code: given.code.replace(/\s/g, "") });
    } catch (error) {
      setSending(false);
      setRefused(refusalText(error));
      setGiven((before) => ({ ...before, code: "" }));
      setTimeout(() => summary.current?.focus());
    }
  };

  const byPasskey = async () => {
    if (sending) return;
    setErrors({});
    setRefused(null);
    setSending(true);
    try {
      await signIn("passkey");
    } catch (error) {
      setSending(false);
      if (error instanceof NoPasskey) setRefused(texts.signIn.noPasskey);
      else setRefused(isProblem(error, "sign-in-refused") ? texts.signIn.passkeyRefused : refusalText(error));
      setTimeout(() => summary.current?.focus());
    }
  };

  const tellWrong = (text: string | null) => {
    setErrors({});
    setRefused(text);
    if (text !== null) setTimeout(() => summary.current?.focus());
  };

  const listed = Object.entries(errors) as [Field, string][];
  return (
    <main className="h-sign-in" id="page">
      <form onSubmit={(event) => void submit(event)} noValidate>
        <p className="h-brand">
          <span className="h-brand-mark" aria-hidden="true" />
          {texts.product}
          {name ? <span className="h-brand-hospital">{name}</span> : null}
        </p>
        <h1 className="nhsuk-heading-l">{texts.signIn.title}</h1>
        {by && !unconfirmed ? <p className="h-note">{texts.signIn.endedBy[by]}</p> : null}
        <div role="status">{unconfirmed ? <p className="h-problem">{texts.signIn.unconfirmed}</p> : null}</div>
        {listed.length > 0 || refused ? (
          <ErrorSummary ref={summary} tabIndex={-1}>
            <ErrorSummary.Title>{texts.signIn.problem}</ErrorSummary.Title>
            <ErrorSummary.List>
              {listed.map(([field, text]) => (
                <ErrorSummary.ListItem key={field} href={`#${field}`}>
                  {text}
                </ErrorSummary.ListItem>
              ))}
              {refused ? <li>{refused}</li> : null}
            </ErrorSummary.List>
          </ErrorSummary>
        ) : null}
        {providers.length > 0 ? (
          <section className="h-provider-ways" aria-label={texts.providers.title}>
            <Providers
              purpose="sign-in"
              apart={by !== null && by !== "logout"}
              providers={providers}
              text={texts.providers.signIn}
              instead={texts.providers.insteadOfSignIn}
              onDone={() => void cameIn()}
              onWrong={tellWrong}
            />
            {providers.some(({ up }) => up) ? (
              <p className="h-or">
                <span>{texts.providers.or}</span>
              </p>
            ) : null}
          </section>
        ) : null}
        <TextInput
          ref={first}
          id="user"
          name="user"
          label={texts.signIn.user}
          value={given.user}
          onChange={change("user")}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          {...wrongIf(errors.user ?? "")}
          maxLength={128}
        />
        <PasswordInput
          ref={password}
          id="password"
          name="password"
          label={texts.signIn.password}
          value={given.password}
          onChange={change("password")}
          autoComplete="current-password"
          {...wrongIf(errors.password ?? "")}
          maxLength={256}
        />
        <TextInput
          id="code"
          name="code"
          label={texts.signIn.code}
          hint={texts.signIn.codeHint}
          value={given.code}
          onChange={change("code")}
          inputMode="numeric"
          autoComplete="one-time-code"
          width="10"
          {...wrongIf(errors.code ?? "")}
          maxLength={16}
        />
        <div className="h-buttons">
          <Button type="submit" aria-disabled={sending}>
            {sending ? texts.signIn.sending : texts.signIn.submit}
          </Button>
          {passkeysHere ? (
            <Button type="button" secondary aria-disabled={sending} onClick={() => void byPasskey()}>
              {texts.signIn.byPasskey}
            </Button>
          ) : null}
        </div>
        <section className="h-other-ways" aria-labelledby="other-ways">
          <h2 className="nhsuk-heading-s" id="other-ways">
            {texts.otherWays.title}
          </h2>
          <p className="h-quiet">{texts.otherWays.when}</p>
          <Button type="button" secondary className="h-button-small" onClick={() => onOther("card")}>
            {texts.otherWays.byCard}
          </Button>
          <Button type="button" secondary className="h-button-small" onClick={() => onOther("vouch")}>
            {texts.otherWays.byVouch}
          </Button>
        </section>
        <p className="h-quiet">{texts.signIn.watched}</p>
      </form>
    </main>
  );
}
