// Vouch.tsx - saying, in person, who a colleague at the same place is.

import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import { Dialog } from "../parts/Dialog";
import { problemText, ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { ProofDeclined, useProof } from "./proof";

const say = texts.vouching;
const lookEvery = 2_000;

export function VouchDialog({ onClose }: { onClose: () => void }) {
  const waiting = useQuery({
    queryKey: ["vouches"],
    queryFn: () => told(api.GET("/api/v1/vouches")),
    refetchInterval: lookEvery,
    retry: false,
  });
  const [done, setDone] = useState("");
  return (
    <Dialog title={say.title} onClose={onClose}>
      <p>{say.what}</p>
      {isProblem(waiting.error, "role-needed") ? (
        <p className="h-note">{say.mayNot}</p>
      ) : waiting.error ? (
        <ProblemMessage error={waiting.error} />
      ) : null}
      <div role="status">
        {done === "" ? null : <p className="h-note">{say.done(done)}</p>}
        {waiting.data?.length === 0 ? <p className="h-quiet">{say.nobody}</p> : null}
      </div>
      <ul className="h-vouches">
        {waiting.data?.map((each) => (
          <li key={each.vouch}>
            <One {...each} onDone={() => setDone(each.name)} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function One({ vouch, name, terminal, onDone }: { vouch: string; name: string; terminal: string; onDone: () => void }) {
  const prove = useProof();
  const [number, setNumber] = useState("");
  const work = useMutation({
    mutationFn: (given: number) =>
      prove(() => told(api.POST("/api/v1/vouches/{vouch}", { params: { path: { vouch } }, body: { number: given } }))),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (/^\d\d$/.test(number.trim()) && !work.isPending) work.mutate(Number(number));
  };
  const refused = work.error !== null && !(work.error instanceof ProofDeclined);
  return (
    <form onSubmit={submit} noValidate>
      <p>
        <strong dir="auto">{name}</strong> <span className="h-quiet">{say.at(terminal)}</span>
      </p>
      {refused ? (
        <p className="h-problem" role="alert">
          {problemText(work.error)}
        </p>
      ) : null}
      <TextInput
        id={`vouch-${vouch}`}
        label={say.number(name)}
        value={number}
        onChange={(event) => setNumber(event.target.value)}
        inputMode="numeric"
        autoComplete="off"
        width="2"
        maxLength={2}
      />
      <Button type="submit" className="h-button-small" aria-disabled={work.isPending}>
        {say.vouch}
      </Button>
    </form>
  );
}
