// DiffView.tsx - lines that go and lines that come, told apart by more than their colour.

import { texts } from "../texts";
import type { Change, DiffLine } from "./diff";

const say = texts.policy.diff;
const signs = { same: " ", out: "−", in: "+" };

export function DiffLines({ lines, numbered = false }: { lines: (DiffLine | null)[]; numbered?: boolean }) {
  return (
    <ol className="h-diff h-code">
      {lines.map((line, i) =>
        line === null ? (
          <li key={i} className="h-diff-gap" aria-label={say.gap}>
            …
          </li>
        ) : (
          <li key={i} className={`h-diff-${line.kind}`}>
            {numbered ? (
              <span className="h-line-number" aria-hidden="true">
                {line.now ?? line.old}
              </span>
            ) : null}
            <span className="h-diff-sign" aria-hidden="true">
              {signs[line.kind]}
            </span>
            <span className="h-line-text">
              {line.kind === "same" ? null : <span className="nhsuk-u-visually-hidden">{say.spoken[line.kind]}</span>}
              {line.text}
            </span>
          </li>
        ),
      )}
    </ol>
  );
}

const tags = { added: "good", removed: "bad", changed: "warn" };

export function Changes({ changes }: { changes: Change[] }) {
  if (changes.length === 0) return <p>{say.noChange}</p>;
  return (
    <ul className="h-changes">
      {changes.map((change) => (
        <li key={`${change.kind} ${change.what}`}>
          <p className="h-change-head">
            <span className={`h-tag ${tags[change.kind]}`}>{say.kinds[change.kind]}</span> <strong>{change.what}</strong>
          </p>
          <DiffLines lines={change.lines} />
        </li>
      ))}
    </ul>
  );
}

export function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null;
  return (
    <div className="h-note h-warnings">
      <p>
        <strong>{say.warnings}</strong>
      </p>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </div>
  );
}
