// ReceiptCheck.tsx - that one entry is where its receipt says, checked in this browser: a receipt from the server, or
// one that somebody has kept.

import { useMutation } from "@tanstack/react-query";
import { Button, Textarea, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { useNumber } from "../parts/numbers";
import { ProblemMessage } from "../parts/ProblemMessage";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { decimal, toHex } from "./bytes";
import { checkReceipt, readReceipt, type ReceiptAnswer } from "./receipt";
import { fetchLeaf, fetchReceipt } from "./sources";
import type { Trust } from "./useTrust";

const say = texts.ledger.receipt;

interface Given {
  index: number | null;
  kept: string;
}

export function ReceiptCheck({ trust }: { trust: Trust }) {
  const [index, setIndex] = useState("");
  const [kept, setKept] = useState("");
  const [wrong, setWrong] = useState("");
  const work = useMutation({
    mutationFn: async (given: Given): Promise<ReceiptAnswer & { text: string }> => {
      const { key } = trust;
      if (key === null) throw new Error("no key");
      const text = given.index === null ? given.kept : await fetchReceipt(given.index);
      return { ...(await checkReceipt(text, key, fetchLeaf, given.index)), text };
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (work.isPending) return;
    const own = kept.replace(/\r\n/g, "\n").replace(/^\s+/, "").replace(/\n*$/, "\n");
    const number = kept.trim() === "" ? decimal(index.trim()) : null;
    const problem = kept.trim() === "" ? (number === null ? say.noIndex : "") : readReceipt(own) === null ? say.noReceipt : "";
    setWrong(problem);
    if (problem === "") work.mutate({ index: number, kept: own });
  };
  const keptWrong = kept.trim() !== "";
  return (
    <form onSubmit={submit} noValidate>
      <p>{say.what}</p>
      <TextInput
        id="receipt-index"
        label={say.index}
        value={index}
        onChange={(event) => setIndex(event.target.value)}
        inputMode="numeric"
        width="10"
        autoComplete="off"
        {...wrongIf(keptWrong ? "" : wrong)}
      />
      <details className="nhsuk-details" open={keptWrong ? true : undefined}>
        <summary className="nhsuk-details__summary">
          <span className="nhsuk-details__summary-text">{say.keptTitle}</span>
        </summary>
        <div className="nhsuk-details__text">
          <Textarea
            id="receipt-kept"
            label={say.kept}
            hint={say.keptHint}
            rows={8}
            value={kept}
            onChange={(event) => setKept(event.target.value)}
            spellCheck={false}
            className="h-code"
            {...wrongIf(keptWrong ? wrong : "")}
          />
        </div>
      </details>
      <Button type="submit" secondary className="h-button-small" disabled={work.isPending || trust.key === null}>
        {say.check}
      </Button>
      {work.error !== null ? <ProblemMessage error={work.error} /> : null}
      {work.data && !work.isPending ? <Answer answer={work.data} /> : null}
    </form>
  );
}

function Answer({ answer }: { answer: ReceiptAnswer & { text: string } }) {
  const number = useNumber();
  if (answer.is === "unsound")
    return (
      <div className="h-problem" role="alert">
        <p>
          <strong>{say.unsound}</strong>
        </p>
        <p>{say.why[answer.why]}</p>
      </div>
    );
  return (
    <div className="h-ledger-true" role="status">
      <p>
        <strong>{say.proven(number(answer.index), number(answer.checkpoint.size))}</strong>
      </p>
      <p>
        {say.leaf} <span className="h-code">{toHex(answer.leaf)}</span>
      </p>
      <details className="nhsuk-details">
        <summary className="nhsuk-details__summary">
          <span className="nhsuk-details__summary-text">{say.show}</span>
        </summary>
        <pre className="nhsuk-details__text h-code h-ledger-pre" tabIndex={0}>
          {answer.text}
        </pre>
      </details>
    </div>
  );
}
