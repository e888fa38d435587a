// OwedDialog.tsx - giving the details that a glass owes, when there is a hand free.

import { useMutation } from "@tanstack/react-query";
import { Button } from "nhsuk-react-components";
import { useRef, useState, type FormEvent } from "react";
import { api } from "../api/client";
import { ApiProblem } from "../api/problem";
import { Dialog } from "../parts/Dialog";
import { Uncovered } from "../parts/Uncovered";
import { useSessionState } from "../session/SessionProvider";
import { texts } from "../texts";
import { details, field, wrongAnswers, type Wrong } from "./draft";
import { Clock, type Debt } from "./Owed";
import { Problems } from "./Problems";
import { Prompts } from "./Prompts";
import { sendsByKey } from "./ReasonsForm";
import type { Told } from "./useBreaking";

interface Props {
  debt: Debt;
  answers: Record<string, string>;
  onAnswers: (answers: Record<string, string>) => void;
  onClose: () => void;
}

export function OwedDialog({ debt, answers, onAnswers, onClose }: Props) {
  const { owed } = texts.glass;
  const { refresh } = useSessionState();
  const [told, setTold] = useState<Told>({ wrong: {}, other: null });
  const busy = useRef(false);
  const send = useMutation({
    mutationFn: () =>
      api.POST("/api/v1/glass/{glass}/details", {
        params: { path: { glass: debt.glass } },
        body: { details: details(debt.prompts, answers) },
      }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
    onError: (error) => {
      const missing = error instanceof ApiProblem ? (error.body.missing ?? []) : [];
      const wrong: Wrong = Object.fromEntries(
        missing.map((each) => [field.prompt(debt.prompts.indexOf(each)), texts.glass.problems.prompt(each)]),
      );
      setTold({ wrong, other: missing.length > 0 ? null : { error } });
      void refresh(); // perhaps they were given from another screen meanwhile
    },
    onSettled: () => {
      busy.current = false;
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy.current) return;
    const wrong = wrongAnswers(debt.prompts, answers);
    setTold({ wrong, other: null });
    if (Object.keys(wrong).length > 0) return;
    busy.current = true;
    send.mutate();
  };
  return (
    <Dialog title={owed.dialog} onClose={onClose} className="h-glass" describedBy="owed-why">
      <form onSubmit={submit} onKeyDown={sendsByKey} noValidate>
        <div id="owed-why" className="h-owed-why" tabIndex={-1} data-focus-first>
          <p className="h-owed-head">
            <Uncovered>
              <strong>{owed.patient(debt.patient)}</strong>
            </Uncovered>{" "}
            <Clock due={debt.due} />
          </p>
          <p>{owed.why}</p>
        </div>
        <Problems told={told} first="" />
        <Prompts
          prompts={debt.prompts}
          answers={answers}
          wrong={told.wrong}
          onAnswer={(prompt, answer) => onAnswers({ ...answers, [prompt]: answer })}
        />
        <div className="h-glass-actions">
          <Button type="submit" aria-disabled={send.isPending}>
            {send.isPending ? owed.sending : owed.submit}
          </Button>
          <button type="button" className="h-link-button" onClick={onClose}>
            {texts.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
