// CaseLine.tsx - one case in the list.

import classNames from "classnames";
import type { ComponentPropsWithRef } from "react";
import { Link } from "react-router";
import type { Case } from "../api/types";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { causeText, kindText, Marks, patientText } from "./marks";
import { isLate } from "./order";
import type { Chosen } from "./QueueList";

const words = texts.work.queue;

interface Props {
  place: ComponentPropsWithRef<"div">;
  held: Case;
  grouped: boolean;
  stop: boolean;
  now: number;
  onCloseExplained: (id: string) => void;
  selection: Chosen;
}

export function CaseLine({ place, held, grouped, stop, now, onCloseExplained, selection }: Props) {
  const selected = selection.has(held.case);
  const tabIndex = stop ? 0 : -1;
  return (
    <div
      {...place}
      role="row"
      aria-selected={selected}
      className={classNames("h-queue-row", "h-case-line", { selected, grouped, current: stop })}
    >
      <span role="gridcell" className="h-q-select">
        <label className="h-tick">
          <input
            type="checkbox"
            tabIndex={tabIndex}
            checked={selected}
            onChange={(event) => selection.turn([held.case], event.target.checked)}
          />
          <span className="nhsuk-u-visually-hidden">{words.select(held.name, held.patient)}</span>
        </label>
      </span>
      <span role="gridcell" className="h-q-person">
        <Link to={`/work/${held.case}`} tabIndex={tabIndex} data-stop>
          <bdi>{held.name}</bdi>
        </Link>
        <span className="h-quiet">{held.staff}</span>
      </span>
      <span role="gridcell" className={classNames("h-q-patient", { "h-quiet": !held.patient })}>
        {patientText(held.patient)}
      </span>
      <span role="gridcell" className="h-q-why">
        <span>{kindText(held.kind)}</span>
        <span className="h-quiet">{causeText(held)}</span>
      </span>
      <span role="gridcell" className="h-q-state">
        <Marks held={held} now={now} />
        {held.state === "explained" ? (
          <button
            type="button"
            className="nhsuk-button nhsuk-button--secondary h-button-small"
            tabIndex={tabIndex}
            aria-label={words.closeExplainedOf(held.name)}
            onClick={() => onCloseExplained(held.case)}
          >
            {words.closeExplained}
          </button>
        ) : null}
      </span>
      <span role="gridcell" className={classNames("h-q-due", { late: isLate(held, now) })}>
        <Moment at={held.due} />
      </span>
    </div>
  );
}
