// Receivers.tsx - systems that are told when sessions and glass end, so that what they let in ends there, too.

import { useMutation } from "@tanstack/react-query";
import { Button, PasswordInput, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { Confirm } from "../parts/Confirm";
import { Dialog } from "../parts/Dialog";
import { useNumber } from "../parts/numbers";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { useHasRole } from "../session/SessionProvider";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { useReceivers, type Receiver } from "./queries";
import { Refused } from "./Refused";
import { isId } from "./roster-order";
import { peopleSays } from "./SecondPerson";

const say = texts.people.receivers;

export function Receivers() {
  const receivers = useReceivers();
  const administrator = useHasRole("administrator");
  const { stopReceiver } = usePeopleActions();
  const [setting, setSetting] = useState<Receiver | "new" | null>(null);
  const [stopping, setStopping] = useState<Receiver | null>(null);
  if (receivers.isPending) return <Loading />;
  if (receivers.data === undefined) return <ProblemMessage error={receivers.error} retry={() => void receivers.refetch()} />;
  return (
    <>
      {receivers.data.length === 0 ? (
        <p className="h-note">{say.none}</p>
      ) : (
        <ul className="h-roster h-source-list">
          {receivers.data.map((each) => (
            <li key={each.receiver}>
              <span>
                <strong>{each.receiver}</strong>
                <span className="h-quiet h-source-id">{each.url}</span>
              </span>
              <span>
                <Standing receiver={each} />
              </span>
              <span className="h-quiet">{say.audience(each.audience)}</span>
              <span className="h-terminal-acts">
                {administrator ? (
                  <button type="button" className="h-link-button" onClick={() => setSetting(each)}>
                    {each.active ? say.change : say.tellAgain}
                    <span className="nhsuk-u-visually-hidden"> {each.receiver}</span>
                  </button>
                ) : null}
                {administrator && each.active ? (
                  <button type="button" className="h-link-button" onClick={() => setStopping(each)}>
                    {say.stop}
                    <span className="nhsuk-u-visually-hidden"> {each.receiver}</span>
                  </button>
                ) : null}
              </span>
            </li>
          ))}
        </ul>
      )}
      {administrator ? (
        <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setSetting("new")}>
          {say.add}
        </button>
      ) : null}
      {setting === null ? null : (
        <SetDialog receivers={receivers.data} of={setting === "new" ? null : setting} onClose={() => setSetting(null)} />
      )}
      {stopping === null ? null : (
        <Confirm
          title={say.stopTitle(stopping.receiver)}
          does={say.stop}
          onDo={() => stopReceiver(stopping.receiver)}
          onClose={() => setStopping(null)}
          problem={peopleSays}
        >
          <p>{say.stopMeans}</p>
        </Confirm>
      )}
    </>
  );
}

function Standing({ receiver }: { receiver: Receiver }) {
  const number = useNumber();
  if (!receiver.active) return <span className="h-tag">{say.stopped}</span>;
  if (receiver.waiting === 0) return <span className="h-tag good">{say.told}</span>;
  return (
    <>
      <span className="h-tag warn">{say.behind}</span>
      <span className="h-quiet h-source-id">{say.waiting(receiver.waiting, number(receiver.waiting))}</span>
    </>
  );
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}

/** The secret is typed anew each time: nobody is shown the one that is kept. */
function SetDialog({ receivers, of, onClose }: { receivers: Receiver[]; of: Receiver | null; onClose: () => void }) {
  const { setReceiver } = usePeopleActions();
  const [name, setName] = useState(of?.receiver ?? "");
  const [url, setUrl] = useState(of?.url ?? "");
  const [audience, setAudience] = useState(of === null || of.audience === of.url ? "" : of.audience);
  const [secret, setSecret] = useState("");
  const [tried, setTried] = useState(false);
  const work = useMutation({ mutationFn: () => setReceiver(name, { url, audience, secret }), onSuccess: onClose, gcTime: 0 });
  const taken = of === null && receivers.some((each) => each.receiver === name);
  const wrongName = !isId(name) ? say.badName : taken ? say.takenName : "";
  const wrongUrl = isHttps(url) ? "" : say.badUrl;
  const wrongSecret = secret === "" ? say.noSecret : "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrongName === "" && wrongUrl === "" && wrongSecret === "" && !work.isPending) work.mutate();
  };
  return (
    <Dialog title={of === null ? say.addTitle : say.changeTitle(of.receiver)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p>{say.addMeans}</p>
        {of === null ? (
          <TextInput
            id="receiver-name"
            label={say.name}
            hint={say.nameHint}
            value={name}
            onChange={(event) => setName(event.target.value.trim())}
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
            {...wrongIf(tried ? wrongName : "")}
          />
        ) : null}
        <TextInput
          id="receiver-url"
          label={say.url}
          hint={say.urlHint}
          value={url}
          onChange={(event) => setUrl(event.target.value.trim())}
          autoComplete="off"
          spellCheck={false}
          maxLength={1024}
          {...wrongIf(tried ? wrongUrl : "")}
        />
        <TextInput
          id="receiver-audience"
          label={texts.optional(say.audienceLabel)}
          hint={say.audienceHint}
          value={audience}
          onChange={(event) => setAudience(event.target.value.trim())}
          autoComplete="off"
          spellCheck={false}
          maxLength={1024}
        />
        <PasswordInput
          id="receiver-secret"
          label={say.secret}
          hint={say.secretHint}
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
          autoComplete="off"
          maxLength={256}
          {...wrongIf(tried ? wrongSecret : "")}
        />
        <Refused error={work.error} />
        <Button type="submit" aria-disabled={work.isPending}>
          {of === null ? say.add : say.save}
        </Button>
      </form>
    </Dialog>
  );
}
