// Terminals.tsx - shared workstations: where they stand, and the secrets and certificates by which the server knows them.

import { useState } from "react";
import type { Schemas } from "../api/types";
import { Confirm } from "../parts/Confirm";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useHasRole } from "../session/SessionProvider";
import { texts } from "../texts";
import { usePeopleActions } from "./actions";
import { Once } from "./Once";
import { useTerminals } from "./queries";
import { peopleSays } from "./SecondPerson";
import { TerminalCertificate } from "./TerminalCertificate";
import { TerminalDialog } from "./TerminalDialog";

const say = texts.people.terminals;
type Terminal = Schemas["Terminal"];

export function Terminals() {
  const terminals = useTerminals();
  if (terminals.isPending) return <Loading />;
  if (terminals.data === undefined) return <ProblemMessage error={terminals.error} retry={() => void terminals.refetch()} />;
  return <Shown terminals={terminals.data} />;
}

function Shown({ terminals }: { terminals: Terminal[] }) {
  const administrator = useHasRole("administrator");
  const [changing, setChanging] = useState<Terminal | "new" | null>(null);
  const [renewing, setRenewing] = useState<Terminal | null>(null);
  const [certifying, setCertifying] = useState<Terminal | null>(null);
  const [secret, setSecret] = useState<{ terminal: string; secret: string } | null>(null);
  const { renewSecret } = usePeopleActions();
  return (
    <>
      <p>{say.what}</p>
      {administrator ? (
        <button type="button" className="nhsuk-button h-button-small" onClick={() => setChanging("new")}>
          {say.enrol}
        </button>
      ) : null}
      {terminals.length === 0 ? <p>{say.none}</p> : null}
      <ul className="h-roster h-terminals">
        {terminals.map((each) => (
          <li key={each.terminal}>
            <strong>{each.terminal}</strong>
            <span>
              {each.place ?? say.nowhere} {each.use === null ? null : <span className="h-quiet">{each.use}</span>}
              {typeof each.certificate !== "string" ? null : (
                <span className="h-quiet h-source-id">
                  {say.certificates.known} <span className="h-code h-fingerprint">{each.certificate.slice(0, 16)}…</span>
                </span>
              )}
            </span>
            <span>
              <span className={`h-tag ${each.active ? "good" : ""}`}>{each.active ? say.active : say.inactive}</span>
            </span>
            {administrator ? (
              <span className="h-terminal-acts">
                <button type="button" className="h-link-button" aria-label={say.changeNamed(each.terminal)} onClick={() => setChanging(each)}>
                  {say.change}
                </button>
                <button type="button" className="h-link-button" aria-label={say.renewNamed(each.terminal)} onClick={() => setRenewing(each)}>
                  {say.renew}
                </button>
                <button
                  type="button"
                  className="h-link-button"
                  aria-label={say.certificates.titleOf(each.terminal)}
                  onClick={() => setCertifying(each)}
                >
                  {say.certificates.title}
                </button>
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      {changing !== null ? (
        <TerminalDialog terminals={terminals} changing={changing === "new" ? null : changing} onClose={() => setChanging(null)} />
      ) : null}
      {certifying !== null ? <TerminalCertificate of={certifying} onClose={() => setCertifying(null)} /> : null}
      {renewing !== null ? (
        <Confirm
          title={say.renewTitle(renewing.terminal)}
          does={say.renew}
          onDo={async () => setSecret({ terminal: renewing.terminal, ...(await renewSecret(renewing.terminal)) })}
          onClose={() => setRenewing(null)}
          problem={peopleSays}
        >
          <p>{say.renewMeans}</p>
        </Confirm>
      ) : null}
      {secret !== null ? (
        <Once
          title={say.secretTitle(secret.terminal)}
          what={say.secretWhat}
          lines={[{ name: say.secret, text: secret.secret }]}
          onClose={() => setSecret(null)}
        />
      ) : null}
    </>
  );
}
