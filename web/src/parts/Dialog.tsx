// Dialog.tsx - a modal dialog: the browser's own, so that focus stays in it and goes back where it was.

import { useEffect, useId, useRef, type ReactNode } from "react";
import { texts } from "../texts";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
  /** Whether Escape and the cross close it. */
  dismissible?: boolean;
}

export function Dialog({ title, onClose, children, className = "", dismissible = true }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      className={`h-dialog ${className}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        if (dismissible) onClose();
      }}
    >
      <div className="h-dialog-head">
        <h2 className="nhsuk-heading-m" id={heading}>
          {title}
        </h2>
        {dismissible ? (
          <button type="button" className="h-cross" onClick={onClose} aria-label={texts.close}>
            <span aria-hidden="true">×</span>
          </button>
        ) : null}
      </div>
      {children}
    </dialog>
  );
}
