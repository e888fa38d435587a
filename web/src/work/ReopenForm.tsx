// ReopenForm.tsx - opening a closed case again, with what speaks against its finding.

import { Button, Textarea } from "nhsuk-react-components";
import { useRef, useState, type FormEvent } from "react";
import { ProblemMessage } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";

const words = texts.work.case;

interface Props {
  comment: string;
  pending: boolean;
  problem: Error | null;
  onComment: (comment: string) => void;
  onSend: () => void;
}

export function ReopenForm({ comment, pending, problem, onComment, onSend }: Props) {
  const [asked, setAsked] = useState(false);
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(comment.trim() === "");
    if (comment.trim() === "") field.current?.focus();
    else onSend();
  };
  // What was typed for a finding that came too late is not hidden.
  if (!asked && comment === "") {
    return (
      <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={() => setAsked(true)}>
        {words.reopen}
      </button>
    );
  }
  return (
    <form onSubmit={submit} noValidate className="h-card h-finding">
      <p>{words.reopenWhy}</p>
      <Textarea
        ref={field}
        id="reopen-comment"
        label={words.reopenComment}
        rows={3}
        maxLength={4000}
        dir="auto"
        value={comment}
        onChange={(event) => onComment(event.target.value)}
        {...wrongIf(missing ? words.reopenEmpty : "")}
      />
      {problem ? <ProblemMessage error={problem} /> : null}
      <Button type="submit" secondary aria-disabled={pending}>
        {words.reopen}
      </Button>
    </form>
  );
}
