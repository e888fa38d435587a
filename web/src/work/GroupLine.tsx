// GroupLine.tsx - cases that stand together, as one line with everybody's name.

import classNames from "classnames";
import type { ComponentPropsWithRef } from "react";
import { texts } from "../texts";
import { patientText } from "./marks";
import { chartsOf, namesOf, type GroupRow } from "./order";
import type { Chosen } from "./QueueList";

const words = texts.work.queue;

interface Props {
  place: ComponentPropsWithRef<"div">;
  row: GroupRow;
  stop: boolean;
  onTurn: () => void;
  selection: Chosen;
}

function titleOf(row: GroupRow): string {
  const first = row.cases[0];
  if (first === undefined) return "";
  return row.of === "patient" ? patientText(first.patient) : first.name;
}

export function GroupLine({ place, row, stop, onTurn, selection }: Props) {
  const title = titleOf(row);
  const names = namesOf(row.cases);
  const ids = row.cases.map((held) => held.case);
  const selected = ids.every(selection.has);
  const tabIndex = stop ? 0 : -1;
  return (
    <div
      {...place}
      role="row"
      aria-selected={selected}
      className={classNames("h-queue-row", "h-group-line", { selected, current: stop })}
    >
      <span role="gridcell" className="h-q-select">
        <label className="h-tick">
          <input
            type="checkbox"
            tabIndex={tabIndex}
            checked={selected}
            onChange={(event) => selection.turn(ids, event.target.checked)}
          />
          <span className="nhsuk-u-visually-hidden">{words.selectGroup(title)}</span>
        </label>
      </span>
      <span role="gridcell" aria-colspan={5} className="h-q-group">
        <button type="button" tabIndex={tabIndex} data-stop aria-expanded={row.open} onClick={onTurn}>
          <span className="h-turn" aria-hidden="true" />
          <strong>
            <bdi>{title}</bdi>
          </strong>{" "}
          <span className="h-tag">{words.casesOfGroup(row.cases.length)}</span>
        </button>
        <span className="h-quiet" dir="auto">
          {row.of === "patient"
            ? words.people(names.length, names.join(", "))
            : words.charts(chartsOf(row.cases), row.cases.length)}
        </span>
      </span>
    </div>
  );
}
