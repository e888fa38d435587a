// CodeLookup.tsx - somebody reads a reference code out on the telephone; this says what it stands for.

import { useMutation } from "@tanstack/react-query";
import { Button, TextInput } from "nhsuk-react-components";
import { useState, type FormEvent } from "react";
import { api, told } from "../api/client";
import { isProblem } from "../api/problem";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Moment } from "../parts/time";
import { useNameOf } from "../people/queries";
import { texts } from "../texts";

const say = texts.policy.code;

/** Codes are read out: capitals or not, with the dash or without. */
function asWritten(code: string): string {
  const text = code.trim().toUpperCase();
  return text.replace(/^([2-9A-Z]{3})[\s-]*([2-9A-Z]{3})$/, "$1-$2");
}

export function CodeLookup() {
  const [code, setCode] = useState("");
  const [empty, setEmpty] = useState(false);
  const nameOf = useNameOf();
  const work = useMutation({
    mutationFn: (given: string) => told(api.GET("/api/v1/codes/{code}", { params: { path: { code: given } } })),
    gcTime: 0,
  });
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
        error={empty ? say.empty : ""}
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
      {work.data && !work.isPending ? (
        <dl className="h-told" role="status">
          <div>
            <dt>{say.code}</dt>
            <dd className="h-code">{work.data.code}</dd>
          </div>
          <div>
            <dt>{say.what}</dt>
            <dd dir="auto">{work.data.what}</dd>
          </div>
          {work.data.at === null ? null : (
            <div>
              <dt>{say.at}</dt>
              <dd>
                <Moment at={work.data.at} />
              </dd>
            </div>
          )}
          {work.data.staff === null ? null : (
            <div>
              <dt>{say.staff}</dt>
              <dd dir="auto">{nameOf(work.data.staff)}</dd>
            </div>
          )}
          {work.data.patient === null ? null : (
            <div>
              <dt>{say.patient}</dt>
              <dd>{work.data.patient}</dd>
            </div>
          )}
        </dl>
      ) : null}
    </form>
  );
}
