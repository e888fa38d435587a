// Timeline.tsx - what happened in a case, from top to bottom.

import type { CaseDetail } from "../api/types";
import { known } from "../parts/known";
import { Moment, useNow } from "../parts/time";
import { texts } from "../texts";
import { recordsOf, timelineOf, type Happened } from "./history";

const words = texts.work.case.events;

function endedText(by: string): string {
  return known(texts.work.endedBy, by) ?? by;
}

function titleOf(event: Happened): string {
  const findings = texts.work.findings;
  switch (event.what) {
    case "opened":
      return words.opened;
    case "glass-opened":
      return words.glassOpened(event.reason);
    case "accesses":
      return words.accesses(event.accesses.length, recordsOf(event.accesses));
    case "justified":
      return words.justified;
    case "explained":
      return words.explained(event.rule);
    case "glass-ended":
      return words.glassEnded(endedText(event.by));
    case "due":
      return event.passed ? words.due : words.dueNext;
    case "closed":
      return event.reviewer === null
        ? words.closedItself(findings[event.finding])
        : words.closed(findings[event.finding], event.reviewer);
    case "reopened":
      return event.by === null ? words.reopenedItself : words.reopened(event.by);
  }
}

function moreOf(event: Happened): string {
  switch (event.what) {
    case "opened":
      return event.cause;
    case "accesses":
      return [...new Set(event.accesses.flatMap((access) => access.types))].join(", ");
    case "justified":
      return event.text;
    case "explained":
      return event.relations;
    case "glass-ended":
    case "closed":
    case "reopened":
      return event.comment ?? "";
    default:
      return "";
  }
}

export function Timeline({ held }: { held: CaseDetail }) {
  const now = useNow(60_000);
  return (
    <ol className="h-timeline">
      {timelineOf(held, now).map((event, index) => (
        <li key={index} className={event.what === "due" && event.passed ? "late" : event.what}>
          <p className="h-quiet">
            <Moment at={event.at} />
          </p>
          <p dir="auto">{titleOf(event)}</p>
          {moreOf(event) === "" ? null : (
            <p className="h-timeline-more" dir="auto">
              {moreOf(event)}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
