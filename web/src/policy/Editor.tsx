// Editor.tsx - a policy's text to type in, with line numbers, and what is wrong at which line.

import { useEffect, useId, useMemo, useRef } from "react";
import { texts } from "../texts";

const say = texts.policy.editor;

export interface Fault {
  line: number;
  column: number;
  what: string;
}

interface Props {
  text: string;
  faults: Fault[];
  onText: (text: string) => void;
}

function offsetOf(text: string, fault: Fault): number {
  const lines = text.split("\n");
  const before = lines.slice(0, fault.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  return before + Math.min(Math.max(fault.column - 1, 0), lines[fault.line - 1]?.length ?? 0);
}

export function Editor({ text, faults, onText }: Props) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const summary = useRef<HTMLDivElement>(null);
  const count = useMemo(() => text.split("\n").length, [text]);
  const wrong = useMemo(() => new Set(faults.map((fault) => fault.line)), [faults]);
  const follow = () => {
    if (gutter.current !== null && field.current !== null) gutter.current.scrollTop = field.current.scrollTop;
  };
  useEffect(() => {
    if (faults.length > 0) summary.current?.focus();
  }, [faults]);
  const go = (fault: Fault) => {
    const element = field.current;
    if (element === null) return;
    const at = offsetOf(text, fault);
    element.focus();
    element.setSelectionRange(at, at);
    element.scrollTop = (fault.line - 1) * (element.scrollHeight / count) - element.clientHeight / 3;
    follow();
  };
  return (
    <div className="nhsuk-form-group">
      {faults.length > 0 ? (
        <div className="nhsuk-error-summary h-policy-faults" role="alert" tabIndex={-1} ref={summary} aria-labelledby={`${id}-faults`}>
          <h2 className="nhsuk-error-summary__title" id={`${id}-faults`}>
            {say.refused(faults.length)}
          </h2>
          <ul className="nhsuk-list nhsuk-error-summary__list">
            {faults.map((fault) => (
              <li key={`${String(fault.line)} ${String(fault.column)} ${fault.what}`}>
                <button type="button" className="h-link-button" onClick={() => go(fault)}>
                  {say.fault(fault.line, fault.column, fault.what)}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <label className="nhsuk-label" htmlFor={`${id}-text`}>
        {say.label}
      </label>
      <div className={faults.length > 0 ? "h-editor h-editor-wrong" : "h-editor"}>
        <div className="h-editor-numbers h-code" aria-hidden="true" ref={gutter}>
          {Array.from({ length: count }, (_, i) => (
            <div key={i} className={wrong.has(i + 1) ? "h-editor-fault" : ""}>
              {i + 1}
            </div>
          ))}
        </div>
        <textarea
          id={`${id}-text`}
          ref={field}
          className="h-code"
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          aria-invalid={faults.length > 0}
          aria-describedby={faults.length > 0 ? `${id}-faults` : undefined}
          value={text}
          onChange={(event) => onText(event.target.value)}
          onScroll={follow}
        />
      </div>
    </div>
  );
}
