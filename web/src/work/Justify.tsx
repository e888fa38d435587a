// Justify.tsx - saying why, on a case about oneself. What was typed stays until it is written down.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Textarea } from "nhsuk-react-components";
import { useId, useRef, useState, type FormEvent } from "react";
import { freshKey } from "../api/client";
import type { Case } from "../api/types";
import { useOnce } from "../parts/once";
import { ProblemMessage } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { useProof } from "../session/proof";
import { texts } from "../texts";
import { justifyCase, showCase } from "./cases";

const words = texts.work.justify;

/** `onDone` is told whether all that was typed was sent: what was typed meanwhile stays. */
export function Justify({ held, onDone }: { held: Case; onDone: (now: Case, all: boolean) => void }) {
  const client = useQueryClient();
  const prove = useProof();
  const id = useId();
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const [rest, setRest] = useState(false);
  const intent = useRef(freshKey());
  const typed = useRef("");
  const field = useRef<HTMLTextAreaElement>(null);
  const send = useMutation({
    mutationFn: ({ sent, key }: { sent: string; key: string }) => prove(() => justifyCase(held.case, sent, key)),
    onSuccess: (now, { sent }) => {
      const all = typed.current === sent;
      if (all) change("");
      setRest(!all);
      showCase(client, now);
      onDone(now, all);
    },
  });
  const sendOnce = useOnce(send);
  const change = (next: string) => {
    intent.current = freshKey();
    typed.current = next;
    setText(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(text.trim() === "");
    if (text.trim() === "") field.current?.focus();
    else sendOnce({ sent: text, key: intent.current });
  };
  return (
    <form onSubmit={submit} noValidate className="h-justify">
      <Textarea
        ref={field}
        id={`why${id}`}
        label={held.patient ? words.label : words.labelOther}
        hint={words.hint}
        rows={3}
        maxLength={4000}
        dir="auto"
        value={text}
        onChange={(event) => change(event.target.value)}
        {...wrongIf(missing ? (held.patient ? words.empty : words.emptyOther) : "")}
      />
      <div role="status">{rest ? <p className="h-note">{words.doneBefore}</p> : null}</div>
      {send.isError ? <ProblemMessage error={send.error} /> : null}
      <Button type="submit" secondary aria-disabled={send.isPending} className="h-button-small">
        {words.submit}
      </Button>
    </form>
  );
}
