// GlassCard.tsx - one glass as it can be told to anybody who may see the chart.

import type { ReactNode } from "react";
import type { Glass } from "../api/types";
import { useMoment } from "../parts/time";
import { texts } from "../texts";
import { endedText, placeText, reasonText, reviewText, reviewTone } from "./words";

export function GlassCard({ glass }: { glass: Glass }) {
  const words = texts.viewer;
  const open = glass.ended_at === null;
  return (
    <article className={open ? "h-card h-glass-card h-glass-card-open" : "h-card h-glass-card"}>
      <h2 className="nhsuk-heading-s">
        <bdi>{glass.name}</bdi> <span className="h-quiet">{glass.roles.join(", ")}</span>
        {open ? <span className="h-tag warn">{words.stillOpen}</span> : null}
      </h2>
      <dl>
        <Line term={words.when}>
          <Times glass={glass} />
        </Line>
        <Line term={words.where}>{placeText(glass)}</Line>
        <Line term={words.reason}>
          <strong>{reasonText(glass)}</strong>
          {glass.unsure ? <span className="h-block">{words.unsure}</span> : null}
        </Line>
        {glass.widened.length > 0 ? <Line term={words.widened}>{glass.widened.join(", ")}</Line> : null}
        <Line term={words.details} className="h-glass-details">
          <Details glass={glass} />
        </Line>
        <Line term={words.releases}>{words.released(glass.releases)}</Line>
        {open ? null : (
          <Line term={words.ended}>
            {endedText(glass)}
            {glass.comment ? (
              <span className="h-block" dir="auto">
                {words.comment(glass.comment)}
              </span>
            ) : null}
          </Line>
        )}
        <Line term={words.review}>
          <span className={`h-tag ${reviewTone(glass)}`}>{reviewText(glass)}</span>
        </Line>
      </dl>
    </article>
  );
}

function Line({ term, children, className }: { term: string; children: ReactNode; className?: string }) {
  return (
    <div className={className}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Times({ glass }: { glass: Glass }) {
  const moment = useMoment();
  const words = texts.viewer;
  if (glass.ended_at === null) return words.whenOpen(moment(glass.opened_at));
  const sameDay = moment(glass.opened_at, "date") === moment(glass.ended_at, "date");
  return words.whenEnded(moment(glass.opened_at), moment(glass.ended_at, sameDay ? "time" : "moment"));
}

function Details({ glass }: { glass: Glass }) {
  const moment = useMoment();
  const words = texts.viewer;
  if (glass.text_hidden) return words.hiddenDetails;
  if (glass.details.length === 0 && glass.details_owed.length === 0) return words.noDetails;
  return (
    <ul className="h-answers">
      {glass.details.map(({ prompt, answer }) => (
        <li key={prompt}>
          <span className="h-quiet">{prompt}</span> <span dir="auto">{answer}</span>
        </li>
      ))}
      {glass.details_owed.map(({ prompts, due }) => (
        <li key={due}>
          <span className="h-quiet">{prompts.join(" ")}</span> <em>{words.owedUntil(moment(due, "time"))}</em>
        </li>
      ))}
    </ul>
  );
}
