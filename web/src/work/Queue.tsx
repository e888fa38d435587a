// Queue.tsx - the cases of others that one may look at: the list, its keys, and closing several at once.
//
// A case that a relation explains is closed by one key or click; every other one takes a look at it first, or a comment that
// goes with each of a selection.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { isProblem } from "../api/problem";
import type { Case, Finding } from "../api/types";
import { useOnce } from "../parts/once";
import { useNumber } from "../parts/numbers";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useProof } from "../session/proof";
import { texts } from "../texts";
import { closeCase, reopenCase, showCase, useUnclosed } from "./cases";
import { CloseMany } from "./CloseMany";
import { KeysHelp, useKeys } from "./keys";
import { QueueBar } from "./QueueBar";
import { QueueList, type Chosen } from "./QueueList";
import type { Row } from "./order";
import { useQueueView, type QueueNow } from "./view";

const words = texts.work.queue;

function useSelection(shown: Case[]): Chosen & { cases: Case[]; clear: () => void } {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      cases: shown.filter((held) => ids.has(held.case)),
      has: (id) => ids.has(id),
      turn: (which, on) =>
        setIds((before) => {
          const after = new Set(before);
          for (const id of which) if (on) after.add(id); else after.delete(id);
          return after;
        }),
      clear: () => setIds(new Set()),
    }),
    [ids, shown],
  );
}

/** Closing what explains itself, and taking that back. */
function useQuickClosing() {
  const client = useQueryClient();
  const prove = useProof();
  const [last, setLast] = useState<Case | null>(null);
  const [said, setSaid] = useState("");
  const close = useMutation({
    mutationFn: (held: Case) => prove(() => closeCase(held.case, "appropriate", "")),
    onSuccess: (now) => {
      showCase(client, now);
      setLast(now);
      setSaid(words.closed(now.name, texts.work.findings.appropriate));
    },
    onError: (error, held) => {
      if (isProblem(error, "closed-already")) showCase(client, { ...held, state: "closed" });
    },
  });
  const undo = useMutation({
    mutationFn: (held: Case) => prove(() => reopenCase(held.case, words.undoComment)),
    onSuccess: (now) => {
      showCase(client, now);
      setLast(null);
      setSaid(words.undone(now.name));
    },
  });
  const closeOnce = useOnce(close);
  const undoOnce = useOnce(undo);
  return {
    said,
    problem: close.error ?? undo.error,
    canUndo: last !== null && !undo.isPending,
    close: (held: Case) => {
      undo.reset();
      closeOnce(held);
    },
    undo: () => {
      if (last !== null) undoOnce(last);
    },
    say: setSaid,
  };
}

function Counted({ now, complete }: { now: QueueNow; complete: boolean }) {
  const number = useNumber();
  const { shown, all } = now;
  let text = shown.length === all.length ? words.all(number(all.length)) : words.shown(number(shown.length), number(all.length));
  if (all.length === 1 && shown.length === 1) text = words.one;
  if (!complete) text = words.loading(number(all.length));
  return (
    <p className="h-quiet h-queue-count" role="status">
      {text}
    </p>
  );
}

export function Queue({ now }: { now: QueueNow }) {
  const navigate = useNavigate();
  const list = useUnclosed();
  const [view, change] = useQueueView();
  const [help, setHelp] = useState(false);
  const [many, setMany] = useState(false);
  const selection = useSelection(now.shown);
  const quick = useQuickClosing();
  const search = useRef<HTMLInputElement>(null);
  const { rows } = now;

  const found = view.cursor === null ? -1 : rows.findIndex((row) => row.key === view.cursor?.key);
  const current = found >= 0 ? found : Math.min(rows.length - 1, view.cursor?.at ?? 0);
  // Coming back from a case, the focus goes where one was.
  const [summons, setSummons] = useState(view.cursor === null ? 0 : 1);
  const row: Row | undefined = rows[current];

  const move = useCallback(
    (to: number, withFocus: boolean) => {
      const there = rows[to];
      if (there === undefined) return;
      if (view.cursor?.key !== there.key || view.cursor.at !== to) change({ cursor: { key: there.key, at: to } });
      if (withFocus) setSummons((before) => before + 1);
    },
    [rows, view.cursor, change],
  );
  // What was under the cursor has gone: the next one is, also for the keyboard.
  const lost = view.cursor !== null && found < 0 && rows.length > 0;
  useEffect(() => {
    if (lost && document.activeElement === document.body) setSummons((before) => before + 1);
  }, [lost]);

  const step = (by: number) => move(view.cursor === null ? 0 : Math.max(0, Math.min(rows.length - 1, current + by)), true);
  const find = (finding: Finding) => {
    if (row?.is !== "case") return;
    if (finding === "appropriate" && row.case.state === "explained") quick.close(row.case);
    else void navigate(`/work/${row.case.case}`, { state: { finding } });
  };
  const select = () => {
    if (row === undefined) return;
    const ids = row.is === "case" ? [row.case.case] : row.cases.map((held) => held.case);
    selection.turn(ids, !ids.every(selection.has));
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    a: () => find("appropriate"),
    i: () => find("inappropriate"),
    t: () => find("training"),
    m: () => find("mistaken"),
    x: select,
    u: quick.undo,
    Escape: selection.clear,
    "/": () => search.current?.focus(),
    "?": () => setHelp(true),
  });

  return (
    <section aria-labelledby="queue">
      <div className="h-queue-title">
        <h2 className="nhsuk-heading-m" id="queue">
          {words.title}
        </h2>
        {list.isPending && now.all.length === 0 ? <Loading /> : <Counted now={now} complete={list.data?.complete ?? false} />}
      </div>
      <QueueBar all={now.all} view={view} onChange={change} search={search}>
        <button type="button" className="h-link-button" onClick={() => setHelp(true)}>
          {words.keys}
        </button>
      </QueueBar>
      {list.isError ? <ProblemMessage error={list.error} retry={() => void list.refetch()} /> : null}
      {quick.problem ? <ProblemMessage error={quick.problem} /> : null}
      <div className={quick.said === "" ? "nhsuk-u-visually-hidden" : "h-note h-said-now"}>
        <span role="status">{quick.said}</span>{" "}
        {quick.canUndo ? (
          <button type="button" className="h-link-button" onClick={quick.undo}>
            {words.undo}
          </button>
        ) : null}
      </div>
      {list.data?.complete && now.all.length === 0 ? <p className="h-card">{words.none}</p> : null}
      {now.all.length > 0 && now.shown.length === 0 ? <p className="h-card">{words.noMatch}</p> : null}
      {rows.length > 0 ? (
        <QueueList
          rows={rows}
          current={current}
          summons={summons}
          onMove={move}
          onTurn={(key) =>
            change({
              turned: view.turned.includes(key) ? view.turned.filter((each) => each !== key) : [...view.turned, key],
            })
          }
          onCloseExplained={(id) => {
            const held = now.shown.find((each) => each.case === id);
            if (held !== undefined) quick.close(held);
          }}
          selection={selection}
        />
      ) : null}
      {selection.cases.length > 0 ? (
        <div className="h-selected" role="region" aria-label={words.selected(selection.cases.length)}>
          <p>{words.selected(selection.cases.length)}</p>
          <button type="button" className="nhsuk-button h-button-small" onClick={() => setMany(true)}>
            {words.closeSelected}
          </button>
          <button type="button" className="h-link-button" onClick={selection.clear}>
            {words.unselect}
          </button>
        </div>
      ) : null}
      {many ? (
        <CloseMany
          cases={selection.cases}
          onClose={() => setMany(false)}
          onDone={(closed) => {
            setMany(false);
            selection.clear();
            quick.say(texts.work.many.done(closed));
          }}
        />
      ) : null}
      {help ? <KeysHelp onClose={() => setHelp(false)} /> : null}
    </section>
  );
}
