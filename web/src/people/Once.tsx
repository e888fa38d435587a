// Once.tsx - a secret that is shown this once, and then by nobody any more. A stray Escape does not close it.

import { Dialog } from "../parts/Dialog";
import { texts } from "../texts";

const say = texts.people.once;

interface Props {
  title: string;
  what: string;
  lines: { name: string; text: string }[];
  onClose: () => void;
}

export function Once({ title, what, lines, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose} dismissible={false}>
      <p>{what}</p>
      <dl className="h-once">
        {lines.map((line) => (
          <div key={line.name}>
            <dt>{line.name}</dt>
            <dd className="h-code">{line.text}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="nhsuk-button h-button-small" onClick={onClose}>
        {say.done}
      </button>
    </Dialog>
  );
}
