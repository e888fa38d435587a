// CloseMany.tsx - one finding and one comment for several cases. Each is closed by itself; what is refused stays selected and is named.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Textarea } from "nhsuk-react-components";
import { useRef, useState, type FormEvent } from "react";
import { ApiProblem } from "../api/problem";
import type { Case, Finding } from "../api/types";
import { Dialog } from "../parts/Dialog";
import { useOnce } from "../parts/once";
import { problemText } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { useProof } from "../session/proof";
import { texts } from "../texts";
import { closeCase, showCase } from "./cases";
import { Findings } from "./Findings";

const words = texts.work.many;

interface Refused {
  held: Case;
  why: string;
}

interface Props {
  cases: Case[];
  onClose: () => void;
  onDone: (closed: number) => void;
}

export function CloseMany({ cases, onClose, onDone }: Props) {
  const client = useQueryClient();
  const prove = useProof();
  const unexplained = cases.filter((held) => held.state !== "explained").length;
  const [finding, setFinding] = useState<Finding | null>(null);
  const [comment, setComment] = useState("");
  const [errors, setErrors] = useState({ finding: "", comment: "" });
  const [done, setDone] = useState(0);
  const [refused, setRefused] = useState<Refused[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);

  const send = useMutation({
    mutationFn: async (chosen: Finding) => {
      setDone(0);
      setRefused([]);
      const over: Refused[] = [];
      let closed = 0;
      for (const held of cases) {
        try {
          const now = await prove(() => closeCase(held.case, chosen, comment));
          showCase(client, now);
          closed += 1;
          setDone(closed);
        } catch (error) {
          if (!(error instanceof ApiProblem) || error.status === 0) throw error;
          over.push({ held, why: problemText(error) });
          if (error.slug === "closed-already") showCase(client, { ...held, state: "closed" });
        }
      }
      return { closed, over };
    },
    onSuccess: ({ closed, over }) => {
      if (over.length === 0) onDone(closed);
      else setRefused(over);
    },
  });

  const sendOnce = useOnce(send);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const needed = unexplained > 0 || finding !== "appropriate";
    const missing = {
      finding: finding === null ? texts.work.case.findingEmpty : "",
      comment: needed && comment.trim() === "" ? texts.work.case.commentEmpty : "",
    };
    setErrors(missing);
    if (missing.comment !== "" && missing.finding === "") field.current?.focus();
    if (finding !== null && missing.comment === "") {
      sendOnce(finding);
    }
  };

  return (
    <Dialog title={words.title(cases.length)} onClose={onClose} dismissible={!send.isPending}>
      <form onSubmit={submit} noValidate>
        <p>{words.each}</p>
        {unexplained > 0 ? <p className="h-note">{words.unexplained(unexplained)}</p> : null}
        <Findings name="many-finding" value={finding} onChange={setFinding} error={errors.finding} ofChart={cases.every((held) => held.patient)} />
        <Textarea
          ref={field}
          id="many-comment"
          label={texts.work.case.comment}
          hint={texts.work.case.commentHint}
          rows={3}
          maxLength={4000}
          dir="auto"
          value={comment}
          onChange={(event) => setComment(event.target.value)}
          {...wrongIf(errors.comment)}
        />
        <p role="status">{send.isPending ? words.progress(done, cases.length + done) : ""}</p>
        {send.isError ? (
          <div className="h-problem" role="alert">
            <p>{problemText(send.error)}</p>
          </div>
        ) : null}
        {refused.length > 0 ? (
          <div className="h-problem" role="alert">
            <p>{words.done(done)}</p>
            <p>
              <strong>{words.refusedTitle}</strong>
            </p>
            <ul>
              {refused.map(({ held, why }) => (
                <li key={held.case} dir="auto">
                  {words.refused(held.name, why)}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        <Button type="submit" aria-disabled={send.isPending}>
          {words.submit}
        </Button>
      </form>
    </Dialog>
  );
}
