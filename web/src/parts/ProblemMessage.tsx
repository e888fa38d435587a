// ProblemMessage.tsx - a "no", or a server that is away, for people to read.

import { ApiProblem } from "../api/problem";
import { texts } from "../texts";
import { known } from "./known";

export function problemText(error: unknown): string {
  if (!(error instanceof ApiProblem)) return texts.problems.other;
  // Why one is not somebody else the server knows best.
  if (error.slug === "same-person" && sentenceOf(error) !== "") return sentenceOf(error);
  return known(texts.problems, error.slug) ?? error.body.text ?? error.body.detail ?? texts.problems.other;
}

function sentenceOf(error: ApiProblem): string {
  const said = error.body.text ?? error.body.detail ?? "";
  return said === "" ? "" : `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."}`;
}

/** What the server says of it, as a sentence: where one refusal means this here and that there. */
export function saidText(error: unknown): string {
  const said = error instanceof ApiProblem ? sentenceOf(error) : "";
  return said === "" ? problemText(error) : said;
}

interface Props {
  error: unknown;
  /** What it happened to, where that does not stand above it. */
  what?: string;
  retry?: () => void;
}

export function ProblemMessage({ error, what, retry }: Props) {
  const code = error instanceof ApiProblem ? error.body.code : undefined;
  return (
    <div className="h-problem" role="alert">
      {what === undefined ? null : <p>{what}</p>}
      <p>{problemText(error)}</p>
      {code ? <p className="h-quiet">{texts.code(code)}</p> : null}
      {retry ? (
        <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={retry}>
          {texts.tryAgain}
        </button>
      ) : null}
    </div>
  );
}
