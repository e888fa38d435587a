// Propose.tsx - a policy of one's own is proposed; what is wrong with it is said at the line where it is.

import { useMutation } from "@tanstack/react-query";
import { Button, Textarea } from "nhsuk-react-components";
import { useMemo, useRef, useState, type FormEvent } from "react";
import { api, freshKey, told } from "../api/client";
import { isProblem } from "../api/problem";
import { ProblemMessage } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { ProofDeclined, useProof } from "../session/proof";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import { around, changesOf, diffLines } from "./diff";
import { Changes, DiffLines, Warnings } from "./DiffView";
import { beginWith, draftOf, keepDraft, type Draft } from "./draft";
import { Editor, type Fault } from "./Editor";
import { useRefreshPolicy, type InForce } from "./queries";

const say = texts.policy.propose;

function faultsOf(error: unknown): Fault[] {
  if (!isProblem(error, "policy-refused")) return [];
  return (error.body.errors ?? []) as unknown as Fault[];
}

/** One key for one text and note: the same proposal sent again is the same proposal. */
function useKey() {
  const held = useRef({ of: "", key: "" });
  return (draft: Draft) => {
    const of = `${draft.note}\n${draft.text}`;
    if (held.current.of !== of) held.current = { of, key: freshKey() };
    return held.current.key;
  };
}

function useDraft(policy: InForce) {
  const { staff } = useSession();
  const [draft, setDraft] = useState(() => draftOf(staff, policy));
  return {
    draft,
    change: (next: Draft) => {
      setDraft(next);
      keepDraft(staff, next);
    },
    drop: () => {
      setDraft(beginWith(policy));
      keepDraft(staff, null);
    },
  };
}

export function Propose({ policy, onDone }: { policy: InForce; onDone: () => void }) {
  const { draft, change, drop } = useDraft(policy);
  const [noNote, setNoNote] = useState(false);
  const keyOf = useKey();
  const prove = useProof();
  const refresh = useRefreshPolicy();
  const work = useMutation({
    mutationFn: (given: Draft) =>
      prove(() =>
        told(
          api.POST("/api/v1/policy/proposals", {
            params: { header: { "Idempotency-Key": keyOf(given) } },
            body: { text: given.text, note: given.note },
          }),
        ),
      ),
    onSuccess: async () => {
      drop();
      await refresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setNoNote(draft.note.trim() === "");
    if (draft.note.trim() !== "" && !work.isPending) work.mutate(draft);
  };
  if (work.data) return <Done diff={work.data.diff} warnings={work.data.warnings} onAgain={work.reset} onWaiting={onDone} />;
  const faults = faultsOf(work.error);
  return (
    <form onSubmit={submit} noValidate>
      <p>{say.what}</p>
      {draft.base.version === policy.version ? null : (
        <div className="h-note">
          <p>{say.baseChanged}</p>
        </div>
      )}
      <Sources
        onText={(text) => change({ ...draft, text })}
        onAgain={() => {
          drop();
          work.reset();
        }}
      />
      <Editor
        text={draft.text}
        faults={work.variables?.text === draft.text ? faults : []}
        onText={(text) => change({ ...draft, text })}
      />
      <Textarea
        id="policy-note"
        label={say.note}
        hint={say.noteHint}
        rows={2}
        maxLength={4000}
        value={draft.note}
        onChange={(event) => change({ ...draft, note: event.target.value })}
        {...wrongIf(noNote && draft.note.trim() === "" ? say.noNote : "")}
      />
      <Own draft={draft} policy={policy} />
      {work.error !== null && faults.length === 0 && !(work.error instanceof ProofDeclined) ? (
        <ProblemMessage error={work.error} />
      ) : null}
      <Button type="submit" disabled={work.isPending || draft.text === policy.text}>
        {work.isPending ? say.sending : say.submit}
      </Button>
      {draft.text === policy.text ? <p className="h-quiet">{say.same}</p> : null}
    </form>
  );
}

function Sources({ onText, onAgain }: { onText: (text: string) => void; onAgain: () => void }) {
  return (
    <div className="h-policy-sources">
      <label className="h-file">
        <span>{say.file}</span>
        <input
          type="file"
          accept=".toml,text/plain,application/toml"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file !== undefined) void file.text().then(onText);
            event.target.value = "";
          }}
        />
      </label>
      <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={onAgain}>
        {say.again}
      </button>
    </div>
  );
}

/** What was changed so far, line by line; what it means is for the server to say. */
function Own({ draft, policy }: { draft: Draft; policy: InForce }) {
  const [open, setOpen] = useState(false);
  const lines = useMemo(
    () => (open ? around(diffLines(policy.text.split("\n"), draft.text.split("\n"))) : []),
    [open, policy.text, draft.text],
  );
  return (
    <details className="nhsuk-details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="nhsuk-details__summary">
        <span className="nhsuk-details__summary-text">{say.own}</span>
      </summary>
      <div className="h-own-changes">
        {draft.text === policy.text ? <p>{say.same}</p> : <DiffLines lines={lines} numbered />}
      </div>
    </details>
  );
}

interface DoneProps {
  diff: string[];
  warnings: string[];
  onAgain: () => void;
  onWaiting: () => void;
}

function Done({ diff, warnings, onAgain, onWaiting }: DoneProps) {
  return (
    <>
      <div className="h-note" role="status">
        <p>
          <strong>{say.done}</strong>
        </p>
        <p>{say.doneMeans}</p>
      </div>
      <Warnings warnings={warnings} />
      <h2 className="nhsuk-heading-s">{texts.policy.waiting.changes}</h2>
      <Changes changes={changesOf(diff)} />
      <div className="h-buttons">
        <Button type="button" className="h-button-small" onClick={onWaiting}>
          {say.toWaiting}
        </Button>
        <Button type="button" secondary className="h-button-small" onClick={onAgain}>
          {say.another}
        </Button>
      </div>
    </>
  );
}
