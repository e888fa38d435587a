// CaseFacts.tsx - what a case is about, in a few lines.

import type { ReactNode } from "react";
import type { CaseDetail } from "../api/types";
import { Moment, useMoment, useNow } from "../parts/time";
import { known } from "../parts/known";
import { texts } from "../texts";
import { Marks, patientText } from "./marks";

const words = texts.work.case;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function endedText(by: string | null): string {
  return by === null ? "" : (known(texts.work.endedBy, by) ?? by);
}

export function CaseFacts({ held }: { held: CaseDetail }) {
  const moment = useMoment();
  const now = useNow(60_000);
  const glass = held.glass_detail;
  const place = glass?.place ?? null;
  const terminal = glass?.terminal ?? null;
  const reason = glass?.label ?? held.rule;
  return (
    <section className="h-card" aria-labelledby="case-facts">
      <h2 className="nhsuk-u-visually-hidden" id="case-facts">
        {words.summary}
      </h2>
      <p className="h-case-marks">
        <Marks held={held} now={now} />
      </p>
      <dl className="h-case-facts">
        <Fact name={words.person}>
          <bdi>{held.name}</bdi> <span className="h-quiet">{held.staff}</span>
        </Fact>
        <Fact name={words.patient}>{patientText(held.patient)}</Fact>
        {reason === "" ? null : (
          <Fact name={words.reason}>
            <bdi>{reason}</bdi>{" "}
            {glass && glass.widened.length > 0 ? <span className="h-quiet">{words.also(glass.widened.join(", "))}</span> : null}
          </Fact>
        )}
        <Fact name={words.when}>
          <Moment at={held.opened_at} />
        </Fact>
        {glass ? (
          <>
            <Fact name={words.until}>
              {glass.ended_at ? words.endedHow(moment(glass.ended_at), endedText(glass.ended_by)) : words.open}
            </Fact>
            <Fact name={words.where}>
              {place !== null && terminal !== null ? words.atTerminal(place, terminal) : (place ?? words.nowhere)}
            </Fact>
          </>
        ) : (
          <Fact name={words.cause}>
            <bdi>{held.cause}</bdi>
          </Fact>
        )}
        <Fact name={words.due}>
          <Moment at={held.due} />
        </Fact>
        <Fact name={words.reviewer}>{held.reviewers.join(", ")}</Fact>
      </dl>
    </section>
  );
}
