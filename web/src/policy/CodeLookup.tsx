// CodeLookup.tsx - somebody reads a reference code out on the telephone; this says what it stands for.

import { useMutation } from "@tanstack/react-query";
import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Moment } from "../parts/time";
import { Uncovered } from "../parts/Uncovered";
import { wrongIf } from "../parts/wrong";
import { useNameOf } from "../people/queries";
import { texts } from "../texts";

const say = texts.policy.code;

/** Codes are read out: capitals or not, with the dash or without. */
function asWritten(code: string): string {
  const text = code.trim().toUpperCase();
  return text.replace(/^([2-9A-Z]{3})[\s-]*([2-9A-Z]{3})$/, "$1-$2");
}

function useCode() {
  return useMutation({
    mutationFn: (code: string) => told(api.GET("/api/v1/codes/{code}", { params: { path: { code } } })),
    gcTime: 0,
  });
}

export function CodeLookup() {
  const [code, setCode] = useState("");
  const [empty, setEmpty] = useState(false);
  const work = useCode();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = asWritten(code);
    setEmpty(given === "");
    if (given !== "" && !work.isPending) work.mutate(given);
  };
  const unknown = isProblem(work.error) && work.error.status === 404;
  return (
    <form onSubmit={submit} noValidate>
      <TextInput
        id="reference-code"
        label={say.label}
        hint={say.hint}
        width="10"
        value={code}
        onChange={(event) => setCode(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        maxLength={64}
        {...wrongIf(empty ? say.empty : "")}
      />
      <Button type="submit" secondary className="h-button-small" disabled={work.isPending}>
        {say.submit}
      </Button>
      {unknown ? (
        <p role="alert" className="h-note">
          {say.unknown}
        </p>
      ) : work.error !== null ? (
        <ProblemMessage error={work.error} />
      ) : null}
      <div role="status">
        <Uncovered>{work.data && !work.isPending ? <Told told={work.data} /> : null}</Uncovered>
      </div>
    </form>
  );
}

type Code = NonNullable<ReturnType<typeof useCode>["data"]>;

function Told({ told }: { told: Code }) {
  const nameOf = useNameOf();
  return (
    <dl className="h-told">
      <div>
        <dt>{say.code}</dt>
        <dd className="h-code">{told.code}</dd>
      </div>
      <div>
        <dt>{say.what}</dt>
        <dd dir="auto">{told.what}</dd>
      </div>
      {told.at === null ? null : (
        <div>
          <dt>{say.at}</dt>
          <dd>
            <Moment at={told.at} />
          </dd>
        </div>
      )}
      {told.staff === null ? null : (
        <div>
          <dt>{say.staff}</dt>
          <dd dir="auto">{nameOf(told.staff)}</dd>
        </div>
      )}
      {told.patient === null ? null : (
        <div>
          <dt>{say.patient}</dt>
          <dd>{told.patient}</dd>
        </div>
      )}
    </dl>
  );
}
