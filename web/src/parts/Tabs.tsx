// Tabs.tsx - several views of one page. What was typed in one stays while another is looked at.
//
// The arrow keys go from tab to tab, Tab goes into the view (ARIA authoring practices, tabs).

import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

export interface Tab {
  id: string;
  text: string;
  /** A count beside the text, said in full to those who do not see it. */
  count?: { value: number; text: string };
  view: ReactNode;
}

interface Props {
  label: string;
  tabs: Tab[];
  chosen: string;
  onChoose: (id: string) => void;
}

function next(key: string, at: number, count: number): number | null {
  if (key === "ArrowRight" || key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowLeft" || key === "ArrowUp") return (at + count - 1) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}

export function Tabs({ label, tabs, chosen, onChoose }: Props) {
  const name = useId();
  const list = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState(new Set([chosen]));
  if (!opened.has(chosen)) setOpened(new Set([...opened, chosen]));
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const to = next(event.key, at, tabs.length);
    const tab = to === null ? undefined : tabs[to];
    if (to === null || tab === undefined) return;
    event.preventDefault();
    onChoose(tab.id);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
  };
  return (
    <>
      <div className="h-tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${name}-tab-${tab.id}`}
            aria-controls={`${name}-view-${tab.id}`}
            aria-selected={tab.id === chosen}
            tabIndex={tab.id === chosen ? 0 : -1}
            onClick={() => onChoose(tab.id)}
          >
            {tab.text}
            {tab.count !== undefined && tab.count.value > 0 ? (
              <span className="h-tab-count">
                <span aria-hidden="true">{tab.count.value}</span>
                <span className="nhsuk-u-visually-hidden">{tab.count.text}</span>
              </span>
            ) : null}
          </button>
        ))}
      </div>
      {tabs.map((tab) => (
        <div
          key={tab.id}
          role="tabpanel"
          id={`${name}-view-${tab.id}`}
          aria-labelledby={`${name}-tab-${tab.id}`}
          hidden={tab.id !== chosen}
          tabIndex={-1}
        >
          {opened.has(tab.id) ? tab.view : null}
        </div>
      ))}
    </>
  );
}
