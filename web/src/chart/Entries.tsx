// Entries.tsx - lines of the emergency set: what is in force, and below it, folded, what is not any more.

import { Moment } from "../parts/time";
import { texts } from "../texts";
import type { Entry } from "./summaries";

function EntryLine({ entry }: { entry: Entry }) {
  return (
    <li className={entry.grave === null ? "h-item" : "h-item grave"}>
      <span className="h-item-what">
        <bdi className="h-item-main">{entry.main}</bdi>
        {entry.grave === null ? null : <span className="h-tag bad">{entry.grave}</span>}
        {entry.details.map((detail, n) => (
          <bdi key={n}>{detail}</bdi>
        ))}
      </span>
      {entry.since === null ? null : (
        <span className="h-item-since">
          <Moment at={entry.since} shape="date" />
        </span>
      )}
    </li>
  );
}

interface Props {
  entries: Entry[];
  /** What is said where there is none. */
  none: string;
}

export function Entries({ entries, none }: Props) {
  const now = entries.filter((entry) => !entry.past);
  const past = entries.filter((entry) => entry.past);
  return (
    <>
      {now.length === 0 ? <p className="h-item-none">{none}</p> : null}
      {now.length === 0 ? null : (
        <ul className="h-items">
          {now.map((entry) => (
            <EntryLine key={entry.key} entry={entry} />
          ))}
        </ul>
      )}
      {past.length === 0 ? null : (
        <details className="h-fold">
          <summary>{texts.chart.past(past.length)}</summary>
          <ul className="h-items">
            {past.map((entry) => (
              <EntryLine key={entry.key} entry={entry} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
