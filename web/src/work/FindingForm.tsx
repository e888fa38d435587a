// FindingForm.tsx - closing a case with a finding. What is typed belongs to the page, so that it is there whatever becomes of the case.

import { Button, Textarea } from "nhsuk-react-components";
import { useState, type FormEvent, type KeyboardEvent, type RefObject } from "react";
import type { Finding } from "../api/types";
import { ProblemMessage } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { Findings } from "./Findings";

const words = texts.work.case;

interface Props {
  ofChart: boolean;
  finding: Finding | null;
  comment: string;
  field: RefObject<HTMLTextAreaElement | null>;
  pending: boolean;
  problem: Error | null;
  onFinding: (finding: Finding) => void;
  onComment: (comment: string) => void;
  onSend: (finding: Finding) => void;
}

export function FindingForm({ ofChart, finding, comment, field, pending, problem, onFinding, onComment, onSend }: Props) {
  const [errors, setErrors] = useState({ finding: "", comment: "" });
  const send = () => {
    const wanting = finding !== null && finding !== "appropriate" && comment.trim() === "";
    setErrors({ finding: finding === null ? words.findingEmpty : "", comment: wanting ? words.commentEmpty : "" });
    if (finding === null) document.querySelector<HTMLInputElement>("input[name=finding]")?.focus();
    else if (wanting) field.current?.focus();
    else onSend(finding);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={submit} onKeyDown={onKeyDown} noValidate className="h-card h-finding">
      <Findings name="finding" value={finding} onChange={onFinding} error={errors.finding} ofChart={ofChart} />
      <Textarea
        ref={field}
        id="finding-comment"
        label={words.comment}
        hint={words.commentHint}
        rows={3}
        maxLength={4000}
        dir="auto"
        value={comment}
        onChange={(event) => onComment(event.target.value)}
        {...wrongIf(errors.comment)}
      />
      {problem ? <ProblemMessage error={problem} /> : null}
      <Button type="submit" aria-disabled={pending}>
        {pending ? words.closing : words.close}
      </Button>
    </form>
  );
}
