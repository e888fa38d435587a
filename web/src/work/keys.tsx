// keys.tsx - single keys for who has a hundred cases before lunch, the page that lists them, and the switch that turns them off.
//
// Never heard while something is typed, beside Ctrl, Alt or Meta, below a dialog, or under the lock.

import { Checkboxes } from "nhsuk-react-components";
import { useEffect, useRef, useState } from "react";
import { Dialog } from "../parts/Dialog";
import { useSessionState } from "../session/SessionProvider";
import { known } from "../parts/known";
import { texts } from "../texts";

const storedAt = "halligan.keys"; // whether somebody turned them off; nothing else

function keysOn(): boolean {
  return localStorage.getItem(storedAt) !== "off";
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export type Keys = Partial<Record<string, () => void>>;

export function useKeys(keys: Keys) {
  const { status } = useSessionState();
  const heard = status.is === "in" && !status.session.locked;
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!heard) return;
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (typing(event.target) || !keysOn() || document.querySelector("dialog[open]") !== null) return;
      const act = known(latest.current, event.key);
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [heard]);
}

const what = texts.work.keys.what;
const ofList: [string[], string][] = [
  [["j", "k"], what.move],
  [["Enter"], what.open],
  [["a"], what.explained],
  [["i", "t", "m"], what.others],
  [["x"], what.select],
  [["Esc"], what.clear],
  [["u"], what.undo],
  [["/"], what.search],
  [["?"], what.help],
];
const ofCase: [string[], string][] = [
  [["a", "i", "t", "m"], what.finding],
  [["Ctrl Enter"], what.send],
  [["n"], what.next],
  [["p"], what.previous],
  [["b"], what.back],
  [["?"], what.help],
];

function Table({ title, keys }: { title: string; keys: [string[], string][] }) {
  return (
    <>
      <h3 className="nhsuk-heading-s">{title}</h3>
      <dl className="h-keys">
        {keys.map(([names, text]) => (
          <div key={names.join()}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useState(keysOn);
  return (
    <Dialog title={texts.work.keys.title} onClose={onClose}>
      <Table title={texts.work.keys.list} keys={ofList} />
      <Table title={texts.work.keys.case} keys={ofCase} />
      <Checkboxes small name="keys-on" className="h-keys-switch">
        <Checkboxes.Item
          value="on"
          checked={on}
          onChange={() => {
            setOn(!on);
            if (on) localStorage.setItem(storedAt, "off");
            else localStorage.removeItem(storedAt);
          }}
        >
          {texts.work.keys.on}
        </Checkboxes.Item>
      </Checkboxes>
    </Dialog>
  );
}
