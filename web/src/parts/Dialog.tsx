// Dialog.tsx - a modal dialog: the browser's own, so that focus stays in it and goes back where it was.
//
// What has data-focus-first takes the focus. It steps aside while somebody has to sign in or unlock, and is there again
// afterwards with what was typed.

import { createContext, useCallback, useContext, useEffect, useId, useRef, type ReactNode } from "react";
import { useCovered } from "../session/SessionProvider";
import { texts } from "../texts";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
  /** Id of what a screen reader says after the title. */
  describedBy?: string;
  /** Whether Escape and the cross close it. */
  dismissible?: boolean;
}

/** Closes the dialog that one is in, and those round it: whoever goes elsewhere by a link leaves them all. */
export const CloseDialogs = createContext<() => void>(() => undefined);

export function Dialog({ title, onClose, children, className = "", describedBy, dismissible = true }: Props) {
  const covered = useCovered();
  const inside = useRef<HTMLElement | null>(null);
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const closeOuter = useContext(CloseDialogs);
  const closeAll = useCallback(() => {
    onClose();
    closeOuter();
  }, [onClose, closeOuter]);
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null || covered) return;
    const before = inside.current; // showModal() moves the focus
    dialog.showModal();
    (before ?? dialog.querySelector<HTMLElement>("[data-focus-first]"))?.focus();
    return () => dialog.close();
  }, [covered]);
  return (
    <dialog
      ref={element}
      className={`h-dialog ${className}`}
      aria-labelledby={heading}
      aria-describedby={describedBy}
      onFocus={(event) => {
        inside.current = event.target;
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Here and not by the browser, which closes for good what is asked to close twice.
        event.preventDefault();
        event.stopPropagation();
        if (dismissible) onClose();
      }}
      onCancel={(event) => {
        event.preventDefault();
        if (dismissible) onClose();
      }}
      onClose={(event) => {
        const dialog = event.currentTarget;
        if (event.target !== dialog || dialog.open || covered) return;
        if (dismissible) onClose();
        else dialog.showModal();
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
      <CloseDialogs value={closeAll}>{children}</CloseDialogs>
    </dialog>
  );
}
