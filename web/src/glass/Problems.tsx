// Problems.tsx - everything that is wrong, in one list above the form; each line leads to its field.

import { ErrorSummary } from "nhsuk-react-components";
import { useEffect, useRef, type MouseEvent } from "react";
import { ApiProblem } from "../api/problem";
import { problemText } from "../parts/ProblemMessage";
import { texts } from "../texts";
import type { Told } from "./useBreaking";

/** `first` is a field that takes the focus itself when it is all that is wrong. */
export function Problems({ told, first }: { told: Told; first: string }) {
  const summary = useRef<HTMLDivElement>(null);
  const wrong = Object.entries(told.wrong);
  const some = wrong.length > 0 || told.other !== null;
  useEffect(() => {
    const only = Object.keys(told.wrong).join() === first && told.other === null;
    if (only) document.getElementById(first)?.focus();
    else summary.current?.focus();
  }, [told, first]);
  if (!some) return null;
  const lead = (id: string) => (event: MouseEvent) => {
    event.preventDefault(); // the address stays what it is
    document.getElementById(id)?.focus();
  };
  return (
    <ErrorSummary ref={summary} tabIndex={-1} disableAutoFocus>
      <ErrorSummary.Title>{texts.problems.title}</ErrorSummary.Title>
      <ErrorSummary.List>
        {wrong.map(([id, text]) => (
          <ErrorSummary.ListItem key={id} href={`#${id}`} onClick={lead(id)}>
            {text}
          </ErrorSummary.ListItem>
        ))}
        {told.other ? <li>{otherText(told.other)}</li> : null}
      </ErrorSummary.List>
    </ErrorSummary>
  );
}

function otherText(other: NonNullable<Told["other"]>) {
  if ("text" in other) return other.text;
  const code = other.error instanceof ApiProblem ? other.error.body.code : undefined;
  return (
    <>
      {problemText(other.error)}
      {code ? <span className="h-problem-code">{texts.code(code)}</span> : null}
    </>
  );
}
