// Sources.tsx - other systems that have to do with who somebody is: providers and the directory, which say it, systems that
// enrol people, and those that are told when it is over; how each stands, and the secrets between them and this server.

import { useMutation } from "@tanstack/react-query";
import { Button, PasswordInput } from "nhsuk-react-components";
import { useState, type FormEvent, type ReactNode } from "react";
import { Confirm } from "../parts/Confirm";
import { Dialog } from "../parts/Dialog";
import { known } from "../parts/known";
import { useNumber } from "../parts/numbers";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useMoment } from "../parts/time";
import { wrongIf } from "../parts/wrong";
import { useHasRole } from "../session/SessionProvider";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { Once } from "./Once";
import { useProvisioning, useSources, type Provisioning, type Source } from "./queries";
import { Receivers } from "./Receivers";
import { Refused } from "./Refused";
import { peopleSays } from "./SecondPerson";

const say = texts.people.sources;

export function Sources() {
  return (
    <>
      <p>{say.what}</p>
      <Part id="sources-asked" title={say.asked} how={say.askedHow}>
        <Asked />
      </Part>
      <Part id="sources-enrol" title={say.enrolling} how={say.enrollingHow}>
        <Enrolling />
      </Part>
      <Part id="sources-told" title={texts.people.receivers.title} how={texts.people.receivers.how}>
        <Receivers />
      </Part>
    </>
  );
}

function Part({ id, title, how, children }: { id: string; title: string; how: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="h-sources">
      <h2 className="nhsuk-heading-m" id={id}>
        {title}
      </h2>
      <p className="h-quiet">{how}</p>
      {children}
    </section>
  );
}

function Asked() {
  const sources = useSources();
  const administrator = useHasRole("administrator");
  const [setting, setSetting] = useState<Source | null>(null);
  const [kept, setKept] = useState("");
  if (sources.isPending) return <Loading />;
  if (sources.data === undefined) return <ProblemMessage error={sources.error} retry={() => void sources.refetch()} />;
  if (sources.data.length === 0) return <p className="h-note">{say.noneAsked}</p>;
  return (
    <>
      <ul className="h-roster h-source-list">
        {sources.data.map((each) => (
          <li key={each.source}>
            <span>
              <strong dir="auto">{each.label}</strong>
              <span className="h-quiet h-source-id">
                {say.kinds[each.kind]} {each.source}
              </span>
            </span>
            <span>
              <Standing source={each} />
            </span>
            <span className="h-quiet">{each.has_secret ? say.hasSecret : say.noSecret}</span>
            <span>
              {administrator ? (
                <button type="button" className="h-link-button" onClick={() => setSetting(each)}>
                  {each.has_secret ? say.renewSecret : say.setSecret}
                  <span className="nhsuk-u-visually-hidden"> {each.label}</span>
                </button>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
      <p role="status">{kept === "" ? "" : say.kept(kept)}</p>
      {setting === null ? null : (
        <SecretDialog
          source={setting}
          onClose={() => setSetting(null)}
          onKept={() => {
            setKept(setting.label);
            setSetting(null);
          }}
        />
      )}
    </>
  );
}

function Standing({ source }: { source: Source }) {
  const moment = useMoment();
  const { kind, up, since, why, has_secret } = source;
  // A directory is searched by an account of its own: without the password nobody can ask it.
  if (kind === "directory" && !has_secret) return <span className="h-tag warn">{say.notAsked}</span>;
  if (up)
    return (
      <>
        <span className="h-tag good">{say.up}</span>
        {since === null ? null : <span className="h-quiet h-source-id">{say.since(moment(since))}</span>}
      </>
    );
  return (
    <>
      <span className="h-tag bad">{say.down}</span>
      <span className="h-quiet h-source-id">{say.downSince(moment(since), known(say.why, why) ?? why ?? "")}</span>
    </>
  );
}

/** What is typed goes to the server and is shown by nobody any more. */
function SecretDialog({ source, onKept, onClose }: { source: Source; onKept: () => void; onClose: () => void }) {
  const { setSourceSecret } = usePeopleActions();
  const [secret, setSecret] = useState("");
  const [wrong, setWrong] = useState("");
  const work = useMutation({ mutationFn: () => setSourceSecret(source.source, secret), onSuccess: onKept, gcTime: 0 });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(secret === "" ? say.emptySecret : "");
    if (secret !== "" && !work.isPending) work.mutate();
  };
  return (
    <Dialog title={say.secretTitle(source.label)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p>{say.secretWhat[source.kind]}</p>
        <PasswordInput
          id="source-secret"
          label={say.secret}
          hint={source.has_secret ? say.secretRenews : undefined}
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
          autoComplete="off"
          maxLength={256}
          {...wrongIf(wrong)}
        />
        <Refused error={work.error} />
        <Button type="submit" aria-disabled={work.isPending}>
          {say.keep}
        </Button>
      </form>
    </Dialog>
  );
}

type Doing = { is: "make" | "stop"; of: Provisioning };

function Enrolling() {
  const systems = useProvisioning();
  const moment = useMoment();
  const number = useNumber();
  const administrator = useHasRole("administrator");
  const { makeToken, stopProvisioning } = usePeopleActions();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [shown, setShown] = useState<{ label: string; token: string; path: string } | null>(null);
  if (systems.isPending) return <Loading />;
  if (systems.data === undefined) return <ProblemMessage error={systems.error} retry={() => void systems.refetch()} />;
  if (systems.data.length === 0) return <p className="h-note">{say.noneEnrols}</p>;
  const close = () => setDoing(null);
  return (
    <>
      <ul className="h-roster h-source-list">
        {systems.data.map((each) => (
          <li key={each.source}>
            <span>
              <strong dir="auto">{each.label}</strong>
              <span className="h-quiet h-source-id">
                {say.kinds.provisioning} {each.source}
              </span>
            </span>
            <span>
              <span className={each.in_policy && each.token_since !== null ? "h-tag good" : "h-tag warn"}>
                {!each.in_policy ? say.notInPolicy : each.token_since === null ? say.noToken : say.speaks}
              </span>
              {each.token_since === null ? null : (
                <span className="h-quiet h-source-id">{say.tokenSince(moment(each.token_since))}</span>
              )}
            </span>
            <span className="h-quiet">{say.has(each.accounts, number(each.accounts), each.groups, number(each.groups))}</span>
            <span className="h-terminal-acts">
              {administrator && each.in_policy ? (
                <button type="button" className="h-link-button" onClick={() => setDoing({ is: "make", of: each })}>
                  {each.token_since === null ? say.makeToken : say.renewToken}
                  <span className="nhsuk-u-visually-hidden"> {each.label}</span>
                </button>
              ) : null}
              {administrator && each.token_since !== null ? (
                <button type="button" className="h-link-button" onClick={() => setDoing({ is: "stop", of: each })}>
                  {say.stop}
                  <span className="nhsuk-u-visually-hidden"> {each.label}</span>
                </button>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
      {doing?.is === "make" ? (
        <Confirm
          title={doing.of.token_since === null ? say.makeTitle(doing.of.label) : say.renewTitle(doing.of.label)}
          does={doing.of.token_since === null ? say.makeToken : say.renewToken}
          onDo={async () => setShown({ label: doing.of.label, ...(await makeToken(doing.of.source)) })}
          onClose={close}
          problem={peopleSays}
          calm={doing.of.token_since === null}
        >
          <p>{doing.of.token_since === null ? say.makeMeans : say.renewMeans}</p>
        </Confirm>
      ) : null}
      {doing?.is === "stop" ? (
        <Confirm
          title={say.stopTitle(doing.of.label)}
          does={say.stop}
          onDo={() => stopProvisioning(doing.of.source)}
          onClose={close}
          problem={peopleSays}
        >
          <p>{say.stopMeans}</p>
        </Confirm>
      ) : null}
      {shown === null ? null : (
        <Once
          title={say.tokenTitle(shown.label)}
          what={say.tokenWhat}
          lines={[
            { name: say.address, text: `${location.origin}${shown.path}` },
            { name: say.token, text: shown.token },
          ]}
          onClose={() => setShown(null)}
        />
      )}
    </>
  );
}
