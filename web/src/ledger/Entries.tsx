// Entries.tsx - entries in clear, for those whose work it is. Each look is an entry itself, so none happens by itself.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { api, told } from "../api/client";
import { useNumber } from "../parts/numbers";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Moment } from "../parts/time";
import { wrongIf } from "../parts/wrong";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { decimal } from "./bytes";

const say = texts.ledger.entries;
const atOnce = 50;

type Entry = { index: number; at: string; kind: string | null } & Record<string, unknown>;

/** A page of entries is asked for by a press of a button, in this session; another session asks anew. */
function useEntries() {
  const { session } = useSession();
  const [asked, setAsked] = useState<{ session: string; from: number } | null>(null);
  const from = asked?.session === session ? asked.from : null;
  const client = useQueryClient();
  const entries = useQuery({
    queryKey: ["chart", "entries", session, from],
    queryFn: () =>
      told(api.GET("/api/v1/entries", { params: { query: { from: from ?? 0, limit: atOnce } } })),
    enabled: from !== null,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  return {
    from,
    entries,
    ask: (next: number) => {
      client.removeQueries({ queryKey: ["chart", "entries"] });
      setAsked({ session, from: Math.max(0, next) });
    },
  };
}

export function Entries({ size }: { size: number }) {
  const { from, entries, ask } = useEntries();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState("");
  const jump = (event: FormEvent) => {
    event.preventDefault();
    const at = decimal(text.trim());
    setWrong(at === null ? say.noNumber : "");
    if (at !== null) ask(at);
  };
  const list = (entries.data?.entries ?? []) as Entry[];
  return (
    <>
      <div className="h-note">
        <p>{say.recorded}</p>
      </div>
      <form className="h-ledger-jump" onSubmit={jump} noValidate>
        <Button type="button" secondary className="h-button-small" onClick={() => ask(size - atOnce)}>
          {say.newest}
        </Button>
        <TextInput
          id="entries-from"
          label={say.from}
          value={text}
          onChange={(event) => setText(event.target.value)}
          inputMode="numeric"
          width="10"
          autoComplete="off"
          {...wrongIf(wrong)}
        />
        <Button type="submit" secondary className="h-button-small">
          {say.show}
        </Button>
      </form>
      {from !== null && entries.isPending ? <Loading /> : null}
      {entries.error !== null ? <ProblemMessage error={entries.error} retry={() => void entries.refetch()} /> : null}
      {from !== null && entries.data ? (
        <>
          <List list={list} />
          <div className="h-buttons">
            <Button type="button" secondary className="h-button-small" disabled={from === 0} onClick={() => ask(from - atOnce)}>
              {say.older}
            </Button>
            <Button type="button" secondary className="h-button-small" disabled={list.length < atOnce} onClick={() => ask(from + atOnce)}>
              {say.newer}
            </Button>
          </div>
        </>
      ) : null}
    </>
  );
}

function List({ list }: { list: Entry[] }) {
  const number = useNumber();
  const [first, last] = [list[0], list.at(-1)];
  if (first === undefined || last === undefined) return <p role="status">{say.none}</p>;
  return (
    <>
      <p role="status">{say.shown(number(first.index), number(last.index))}</p>
      <ol className="h-entries">
        {[...list].reverse().map((entry) => (
          <li key={entry.index}>
            <div className="h-entry-head">
              <span className="h-entry-index">{number(entry.index)}</span>
              <strong>{entry.kind ?? say.erased}</strong>
              <span className="h-quiet">
                <Moment at={entry.at} shape="moment" />
              </span>
            </div>
            <Members entry={entry} />
          </li>
        ))}
      </ol>
    </>
  );
}

const beside = new Set(["index", "at", "kind"]);

function Members({ entry }: { entry: Entry }) {
  const members = Object.entries(entry).filter(([name]) => !beside.has(name));
  if (members.length === 0) return null;
  return (
    <dl className="h-entry-members">
      {members.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
