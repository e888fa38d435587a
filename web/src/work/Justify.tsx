// Justify.tsx - saying why, on a case about oneself. What was typed stays until it is written down.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Textarea } from "nhsuk-react-components";
import { useId, useRef, useState, type FormEvent } from "react";
import { freshKey } from "../api/client";
import type { Case } from "../api/types";
import { useOnce } from "../parts/once";
import { ProblemMessage } from "../parts/ProblemMessage";
import { useProof } from "../session/proof";
import { texts } from "../texts";
import { justifyCase, showCase } from "./cases";

const words = texts.work.justify;

export function Justify({ held, onDone }: { held: Case; onDone: (now: Case) => void }) {
  const client = useQueryClient();
  const prove = useProof();
  const id = useId();
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const intent = useRef(freshKey());
  const field = useRef<HTMLTextAreaElement>(null);
  const send = useMutation({
    mutationFn: () => prove(() => justifyCase(held.case, text, intent.current)),
    onSuccess: (now) => {
      intent.current = freshKey();
      setText("");
      showCase(client, now);
      onDone(now);
    },
  });
  const sendOnce = useOnce(send);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(text.trim() === "");
    if (text.trim() === "") field.current?.focus();
    else sendOnce();
  };
  return (
    <form onSubmit={submit} noValidate className="h-justify">
      <Textarea
        ref={field}
        id={`why${id}`}
        label={words.label}
        hint={words.hint}
        rows={3}
        maxLength={4000}
        dir="auto"
        value={text}
        onChange={(event) => {
          intent.current = freshKey();
          setText(event.target.value);
        }}
        error={missing ? words.empty : ""}
      />
      {send.isError ? <ProblemMessage error={send.error} /> : null}
      <Button type="submit" secondary aria-disabled={send.isPending} className="h-button-small">
        {words.submit}
      </Button>
    </form>
  );
}
