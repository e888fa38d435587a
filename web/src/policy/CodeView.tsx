// CodeView.tsx - a policy's text with numbered lines, and a search within it.

import { TextInput } from "nhsuk-react-components";
import { memo, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { texts } from "../texts";
import type { Place } from "./InForceView";
import { matchesOf, type Match } from "./search";

const say = texts.policy.text;

export function CodeView({ text, place }: { text: string; place: Place | null }) {
  const lines = useMemo(() => text.replace(/\n$/, "").split("\n"), [text]);
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const deferred = useDeferredValue(wanted);
  const matches = useMemo(() => matchesOf(lines, deferred), [lines, deferred]);
  const byLine = useMemo(() => groupedByLine(matches), [matches]);
  const current = matches[at] ?? null;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (current !== null) showLine(list.current, current.line + 1);
  }, [current]);
  useEffect(() => {
    if (place === null || list.current === null) return;
    showLine(list.current, place.line);
    list.current.focus({ preventScroll: true });
  }, [place]);
  const turn = (by: number) => setAt((matches.length + at + by) % Math.max(matches.length, 1));
  return (
    <div className="h-policy-text">
      <form
        role="search"
        className="h-policy-search"
        onSubmit={(event) => {
          event.preventDefault();
          turn(1);
        }}
      >
        <TextInput
          id="policy-search"
          label={say.search}
          value={wanted}
          onChange={(event) => {
            setWanted(event.target.value);
            setAt(0);
          }}
          autoComplete="off"
          spellCheck={false}
        />
        <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" disabled={matches.length === 0} onClick={() => turn(-1)}>
          {say.previous}
        </button>
        <button type="submit" className="nhsuk-button nhsuk-button--secondary h-button-small" disabled={matches.length === 0}>
          {say.next}
        </button>
        <span role="status" className="h-quiet">
          {deferred === "" ? "" : matches.length === 0 ? say.nothing : say.found(at + 1, matches.length)}
        </span>
      </form>
      <div className="h-lines h-code" ref={list} tabIndex={0} role="region" aria-label={say.region}>
        <ol>
          {lines.map((line, i) => (
            <Line
              key={i}
              number={i + 1}
              text={line}
              marked={byLine.get(i) ?? none}
              current={current?.line === i ? current : null}
              shown={place?.line === i + 1}
            />
          ))}
        </ol>
      </div>
    </div>
  );
}

const none: Match[] = [];

function groupedByLine(matches: Match[]): Map<number, Match[]> {
  const out = new Map<number, Match[]>();
  for (const match of matches) out.set(match.line, [...(out.get(match.line) ?? []), match]);
  return out;
}

function showLine(list: HTMLElement | null, number: number) {
  const line = list?.querySelector(`li:nth-child(${String(number)})`);
  if (list === null || !(line instanceof HTMLElement)) return;
  list.scrollTop = line.offsetTop - list.clientHeight / 3;
  line.scrollIntoView({ block: "center" });
}

interface LineProps {
  number: number;
  text: string;
  marked: Match[];
  current: Match | null;
  shown: boolean;
}

function alike(a: LineProps, b: LineProps): boolean {
  return a.text === b.text && a.shown === b.shown && a.current === b.current && a.marked.length === 0 && b.marked.length === 0;
}

const Line = memo(function Line({ number, text, marked, current, shown }: LineProps) {
  return (
    <li className={shown ? "h-line h-line-shown" : "h-line"}>
      <span className="h-line-number" aria-hidden="true">
        {number}
      </span>
      <span className="h-line-text">{marked.length === 0 ? <Coloured text={text} /> : <Marked text={text} marked={marked} current={current} />}</span>
    </li>
  );
}, alike);

function Marked({ text, marked, current }: { text: string; marked: Match[]; current: Match | null }) {
  let end = 0;
  const parts = marked.map((match) => {
    const before = text.slice(end, match.from);
    end = match.to;
    return (
      <span key={match.from}>
        {before}
        <mark className={match === current ? "h-mark-current" : ""}>{text.slice(match.from, match.to)}</mark>
      </span>
    );
  });
  return (
    <>
      {parts}
      {text.slice(end)}
    </>
  );
}

const word = /("(?:[^"\\]|\\.)*"?|'[^']*'?)|(#.*$)|(^\s*\[.*\]\s*$)/g;

/** Strings, comments and headers told apart by colour; the text stays the same. */
function Coloured({ text }: { text: string }) {
  const parts: React.ReactNode[] = [];
  let end = 0;
  for (const found of text.matchAll(word)) {
    parts.push(text.slice(end, found.index));
    const kind = found[1] !== undefined ? "h-toml-text" : found[2] !== undefined ? "h-toml-comment" : "h-toml-header";
    parts.push(
      <span key={found.index} className={kind}>
        {found[0]}
      </span>,
    );
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return <>{parts}</>;
}
