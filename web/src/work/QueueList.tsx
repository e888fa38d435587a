// QueueList.tsx - the cases as a grid of which only the rows in sight exist, however many there are.
//
// One row takes the tab stop; arrows, j and k move it. The rows are as high as their names need.

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { useNow } from "../parts/time";
import { known } from "../parts/known";
import { texts } from "../texts";
import { CaseLine } from "./CaseLine";
import { GroupLine } from "./GroupLine";
import type { Row } from "./order";

const words = texts.work.queue;

export interface Chosen {
  has: (id: string) => boolean;
  turn: (ids: string[], on: boolean) => void;
}

interface Props {
  rows: Row[];
  /** Index of the row that has the tab stop. */
  current: number;
  /** Counted up whenever the focus shall go to the current row. */
  summons: number;
  onMove: (to: number, withFocus: boolean) => void;
  onTurn: (key: string) => void;
  onCloseExplained: (id: string) => void;
  selection: Chosen;
}

export function QueueList({ rows, current, summons, onMove, onTurn, onCloseExplained, selection }: Props) {
  const now = useNow(60_000);
  const box = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const answered = useRef(0);

  useLayoutEffect(() => {
    const measure = () => {
      const top = box.current?.getBoundingClientRect().top ?? 0;
      setMargin(Math.round(top + window.scrollY));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, []);

  const virtual = useWindowVirtualizer<HTMLDivElement>({
    count: rows.length,
    estimateSize: () => 66,
    overscan: 8,
    scrollMargin: margin,
    getItemKey: (index) => rows[index]?.key ?? index,
  });

  useEffect(() => {
    if (summons > answered.current && current >= 0) virtual.scrollToIndex(current, { align: "auto" });
  }, [summons, current, virtual]);
  useLayoutEffect(() => {
    if (summons <= answered.current) return;
    const row = box.current?.querySelector<HTMLElement>(`[data-index="${String(current)}"] [data-stop]`);
    if (!row) return; // not in sight yet: the scrolling brings it
    answered.current = summons;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const to = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + 10,
      PageUp: current - 10,
      Home: 0,
      End: rows.length - 1,
    };
    const target = known(to, event.key);
    if (target === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    onMove(Math.max(0, Math.min(rows.length - 1, target)), true);
  };

  return (
    <div
      role="grid"
      aria-label={words.grid}
      aria-rowcount={rows.length + 1}
      aria-multiselectable="true"
      className="h-queue"
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="h-queue-head">
        <div role="row" aria-rowindex={1} className="h-queue-row">
          <span role="columnheader">
            <span className="nhsuk-u-visually-hidden">{words.columns.select}</span>
          </span>
          <span role="columnheader">{words.columns.person}</span>
          <span role="columnheader">{words.columns.patient}</span>
          <span role="columnheader">{words.columns.why}</span>
          <span role="columnheader">{words.columns.state}</span>
          <span role="columnheader">{words.columns.due}</span>
        </div>
      </div>
      <div role="rowgroup" ref={box} className="h-queue-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const place = {
            ref: virtual.measureElement,
            "data-index": item.index,
            "aria-rowindex": item.index + 2,
            style: { transform: `translateY(${String(item.start - margin)}px)` },
            onFocus: () => onMove(item.index, false),
          };
          const stop = item.index === current;
          return row.is === "group" ? (
            <GroupLine key={item.key} place={place} row={row} stop={stop} onTurn={() => onTurn(row.key)} selection={selection} />
          ) : (
            <CaseLine
              key={item.key}
              place={place}
              held={row.case}
              grouped={row.grouped}
              stop={stop}
              now={now}
              onCloseExplained={onCloseExplained}
              selection={selection}
            />
          );
        })}
      </div>
    </div>
  );
}
