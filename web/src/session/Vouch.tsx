// Vouch.tsx - saying, in person, who a colleague at the same place is.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, TextInput } from "nhsuk-react-components";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import { Dialog } from "../parts/Dialog";
import { ProblemMessage, saidText } from "../parts/ProblemMessage";
import { left, useNow } from "../parts/time";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { ProofDeclined, useProof } from "./proof";

const say = texts.vouching;
const lookEvery = 2_000;

interface Asked {
  vouch: string;
  staff: string;
  name: string;
  terminal: string;
  until: string;
}

export function VouchDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const key = ["vouches"];
  const waiting = useQuery({
    queryKey: key,
    queryFn: () => told(api.GET("/api/v1/vouches")),
    refetchInterval: lookEvery,
    retry: false,
    gcTime: 0,
  });
  // Here and not with the one who asks: after a wrong number they ask no more.
  const [said, setSaid] = useState<{ good: boolean; text: string } | null>(null);
  const now = useNow();
  const mayNot = isProblem(waiting.error, "role-needed");
  const asked = useNewest(waiting.data ?? []);
  const tell = (good: boolean, text: string) => {
    setSaid({ good, text });
    void client.invalidateQueries({ queryKey: key });
  };
  return (
    <Dialog title={say.title} onClose={onClose}>
      <p>{say.what}</p>
      {said === null ? null : (
        <p className={said.good ? "h-note" : "h-problem"} role="alert" dir="auto">
          {said.text}
        </p>
      )}
      {mayNot ? <p className="h-note">{say.mayNot}</p> : null}
      {waiting.error && !mayNot && waiting.data === undefined ? <ProblemMessage error={waiting.error} /> : null}
      <p role="status" className="h-quiet">
        {waiting.data !== undefined && asked.length === 0 ? say.nobody : ""}
      </p>
      <ul className="h-vouches">
        {asked.map((each, index) => (
          <li key={each.vouch}>
            <One asked={each} now={now} first={index === 0} onTell={tell} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** Those whose number still stands on a screen: who asks again at a terminal has a new one there. */
function useNewest(waiting: Asked[]): Asked[] {
  const newest = useRef(new Map<string, string>());
  const screen = ({ staff, terminal }: Asked) => `${staff} ${terminal}`;
  for (const each of waiting) {
    const before = newest.current.get(screen(each)) ?? "";
    if (each.until > before) newest.current.set(screen(each), each.until);
  }
  return waiting
    .filter((each) => each.until === newest.current.get(screen(each)))
    .sort((a, b) => (a.until < b.until ? -1 : 1));
}

interface OneProps {
  asked: Asked;
  now: number;
  first: boolean;
  onTell: (good: boolean, text: string) => void;
}

function One({ asked, now, first, onTell }: OneProps) {
  const { vouch, name, terminal, until } = asked;
  const prove = useProof();
  const [number, setNumber] = useState("");
  const [wrong, setWrong] = useState("");
  const field = useRef<HTMLInputElement>(null);
  // Whoever opened this is here for the one who asks: no way to go to the field.
  useEffect(() => {
    const dialog = field.current?.closest("dialog");
    const elsewhere = document.activeElement instanceof HTMLInputElement && dialog?.contains(document.activeElement);
    if (first && !elsewhere) field.current?.focus();
  }, [first]);
  const work = useMutation({
    mutationFn: (given: number) =>
      prove(() => told(api.POST("/api/v1/vouches/{vouch}", { params: { path: { vouch } }, body: { number: given } }))),
    onSuccess: () => onTell(true, say.done(name)),
    onError: (error) => {
      if (!(error instanceof ProofDeclined)) onTell(false, say.refused(name, saidText(error)));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const whole = /^[1-9]\d$/.test(number.trim());
    setWrong(whole ? "" : say.noNumber);
    if (whole && !work.isPending) work.mutate(Number(number));
  };
  return (
    <form onSubmit={submit} noValidate>
      <p>
        <strong dir="auto">{name}</strong>{" "}
        <span className="h-quiet">
          {say.at(terminal)} <span aria-hidden="true">{say.until(left(Date.parse(until), now))}</span>
        </span>
      </p>
      <TextInput
        ref={field}
        id={`vouch-${vouch}`}
        label={say.number(name)}
        value={number}
        onChange={(event) => setNumber(event.target.value)}
        inputMode="numeric"
        autoComplete="off"
        width="2"
        maxLength={2}
        className="h-vouch-field"
        {...wrongIf(wrong)}
      />
      <Button type="submit" className="h-button-small" aria-disabled={work.isPending}>
        {say.vouch}
      </Button>
    </form>
  );
}
