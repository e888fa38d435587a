// NoteForm.tsx - a note in free text.

import { Textarea } from "nhsuk-react-components";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { serverNow } from "../api/clock";
import { useSession } from "../session/SessionProvider";
import { texts } from "../texts";
import type { Draft } from "./drafts";
import { noteOf } from "./measurements";
import { SendButtons } from "./SendButtons";
import { useSending } from "./sending";

export interface FormProps {
  patient: string;
  draft: Draft;
  keep: (draft: Draft | null) => void;
  onAdded: (draft: Draft) => void;
}

export function NoteForm({ patient, draft, keep, onAdded }: FormProps) {
  const { staff } = useSession();
  const [empty, setEmpty] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const sending = useSending(onAdded);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sending.isPending) return;
    setEmpty(draft.text.trim() === "");
    if (draft.text.trim() === "") field.current?.focus();
    else sending.mutate({ draft, resource: noteOf(draft.text, { patient, staff, at: new Date(serverNow()) }) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Textarea
        ref={field}
        id="note-text"
        label={texts.chart.add.note}
        hint={texts.chart.add.noteHint}
        rows={6}
        dir="auto"
        maxLength={100_000}
        value={draft.text}
        onChange={(event) => keep({ ...draft, text: event.target.value })}
        error={empty ? texts.chart.add.emptyNote : ""}
      />
      <SendButtons sending={sending} onThrowAway={() => keep(null)} />
    </form>
  );
}
