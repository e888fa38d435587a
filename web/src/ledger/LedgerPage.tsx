// LedgerPage.tsx - how large the ledger is, what was signed of it, and whether it is what was signed: found out here,
// in the browser, not told by the server.

import { useQuery } from "@tanstack/react-query";
import { api, told } from "../api/client";
import { ForRoles } from "../parts/ForRoles";
import { useNumber } from "../parts/numbers";
import { Loading, Page } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useHasRole } from "../session/SessionProvider";
import { known } from "../parts/known";
import { texts } from "../texts";
import { Checkpoint } from "./Checkpoint";
import { Entries } from "./Entries";
import { KeyTrust } from "./KeyTrust";
import { ReceiptCheck } from "./ReceiptCheck";
import { useTrust } from "./useTrust";
import { Verify } from "./Verify";

const say = texts.ledger;
const every = 15_000; // milliseconds between two looks at the size

function useLedger() {
  return useQuery({
    queryKey: ["ledger", "now"],
    queryFn: () => told(api.GET("/api/v1/ledger")),
    refetchInterval: every,
  });
}
type LedgerNow = NonNullable<ReturnType<typeof useLedger>["data"]>;

export function LedgerPage() {
  return (
    <ForRoles roles={["privacy-officer", "administrator", "ledger-reader"]} title={say.title}>
      <Ledger />
    </ForRoles>
  );
}

function Ledger() {
  const ledger = useLedger();
  return (
    <Page title={say.title}>
      {ledger.data ? <Shown ledger={ledger.data} /> : null}
      {ledger.isPending ? <Loading /> : null}
      {ledger.error !== null ? <ProblemMessage error={ledger.error} retry={() => void ledger.refetch()} /> : null}
    </Page>
  );
}

function Shown({ ledger }: { ledger: LedgerNow }) {
  const trust = useTrust(ledger.log_key);
  const inClear = useHasRole("ledger-reader", "privacy-officer");
  return (
    <div className="h-ledger">
      <Facts ledger={ledger} />
      <div className="h-ledger-columns">
        <section className="h-card" aria-labelledby="ledger-verify">
          <h2 className="nhsuk-heading-m" id="ledger-verify">
            {say.verify.title}
          </h2>
          <Verify trust={trust} />
        </section>
        <section className="h-card" aria-labelledby="ledger-key">
          <h2 className="nhsuk-heading-m" id="ledger-key">
            {say.key.title}
          </h2>
          <KeyTrust trust={trust} />
        </section>
      </div>
      <section className="h-card" aria-labelledby="ledger-checkpoint">
        <h2 className="nhsuk-heading-m" id="ledger-checkpoint">
          {say.checkpoint.title}
        </h2>
        <Checkpoint />
      </section>
      <section className="h-card" aria-labelledby="ledger-receipt">
        <h2 className="nhsuk-heading-m" id="ledger-receipt">
          {say.receipt.title}
        </h2>
        <ReceiptCheck trust={trust} />
      </section>
      {inClear ? (
        <section className="h-card" aria-labelledby="ledger-entries">
          <h2 className="nhsuk-heading-m" id="ledger-entries">
            {say.entries.title}
          </h2>
          <Entries size={ledger.durable ?? ledger.checkpoint_size} />
        </section>
      ) : null}
    </div>
  );
}

function Facts({ ledger }: { ledger: LedgerNow }) {
  const number = useNumber();
  const facts = [
    { name: say.facts.size, value: ledger.size === undefined ? texts.time.unknown : number(ledger.size), hint: say.facts.sizeHint },
    {
      name: say.facts.durable,
      value: ledger.durable === undefined ? texts.time.unknown : number(ledger.durable),
      hint: say.facts.durableHint,
    },
    { name: say.facts.signed, value: number(ledger.checkpoint_size), hint: say.facts.signedHint },
    { name: say.facts.room, value: known(say.rooms, ledger.room) ?? ledger.room, hint: known(say.roomHints, ledger.room) },
  ];
  return (
    <>
      {ledger.room === "plenty" ? null : <div className="h-note">{known(say.roomHints, ledger.room)}</div>}
      <dl className="h-facts">
        {facts.map((fact) => (
          <div key={fact.name}>
            <dt>{fact.name}</dt>
            <dd>
              {fact.value} <span className="h-quiet">{fact.hint}</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
