// QueueBar.tsx - narrowing, ordering and grouping the list of cases.

import { useId, useMemo, type ReactNode } from "react";
import type { Case } from "../api/types";
import { texts } from "../texts";
import { kindText } from "./marks";
import { firstView, kindsIn, queuesIn, type Grouping, type QueueView, type Sort } from "./order";

const words = texts.work.queue;

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className="h-choice">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="nhsuk-select" value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface Props {
  all: Case[];
  view: QueueView;
  onChange: (change: Partial<QueueView>) => void;
  search: React.Ref<HTMLInputElement>;
  children: ReactNode;
}

export function QueueBar({ all, view, onChange, search, children }: Props) {
  const id = useId();
  const kinds = useMemo(() => kindsIn(all), [all]);
  const queues = useMemo(() => queuesIn(all), [all]);
  const { kind, state, queue, late } = view;
  const narrowed = view.text !== "" || kind !== "" || state !== "" || queue !== "" || late;
  const states: [string, string][] = (["owed", "justified", "explained"] as const).map((each) => [
    each,
    texts.work.states[each],
  ]);
  return (
    <form className="h-queue-bar" role="search" aria-label={words.filters} onSubmit={(event) => event.preventDefault()}>
      <div className="h-choice h-choice-wide">
        <label htmlFor={`text${id}`}>{words.text}</label>
        <input
          ref={search}
          id={`text${id}`}
          type="search"
          className="nhsuk-input"
          autoComplete="off"
          spellCheck={false}
          dir="auto"
          maxLength={300}
          value={view.text}
          onChange={(event) => onChange({ text: event.target.value })}
        />
      </div>
      {kinds.length > 1 || kind !== "" ? (
        <Choice
          label={words.kind}
          value={kind}
          options={[["", words.any], ...kinds.map((each): [string, string] => [each, kindText(each)])]}
          onChange={(value) => onChange({ kind: value })}
        />
      ) : null}
      <Choice
        label={words.state}
        value={state}
        options={[["", words.any], ...states]}
        onChange={(value) => onChange({ state: value })}
      />
      {queues.length > 1 || queue !== "" ? (
        <Choice
          label={words.queue}
          value={queue}
          options={[["", words.any], ...queues.map((each): [string, string] => [each, each])]}
          onChange={(value) => onChange({ queue: value })}
        />
      ) : null}
      <Choice<Sort>
        label={words.sort}
        value={view.sort}
        options={[
          ["urgent", words.sorts.urgent],
          ["newest", words.sorts.newest],
          ["person", words.sorts.person],
        ]}
        onChange={(sort) => onChange({ sort })}
      />
      <Choice<Grouping>
        label={words.group}
        value={view.group}
        options={[
          ["none", words.groups.none],
          ["person", words.groups.person],
          ["patient", words.groups.patient],
        ]}
        onChange={(group) => onChange({ group, turned: [] })}
      />
      <label className="h-tick">
        <input type="checkbox" checked={late} onChange={(event) => onChange({ late: event.target.checked })} />
        <span>{words.late}</span>
      </label>
      <div className="h-queue-ways">
        {narrowed ? (
          <button
            type="button"
            className="h-link-button"
            onClick={() => onChange({ ...firstView, sort: view.sort, group: view.group })}
          >
            {words.clear}
          </button>
        ) : null}
        {children}
      </div>
    </form>
  );
}
