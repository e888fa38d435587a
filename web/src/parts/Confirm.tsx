// Confirm.tsx - asks once more before something that cannot be taken back; says whom it meets.

import { useMutation } from "@tanstack/react-query";
import { useRef, type ReactNode } from "react";
import { ProofDeclined } from "../session/proof";
import { texts } from "../texts";
import { Dialog } from "./Dialog";
import { ProblemMessage } from "./ProblemMessage";

interface Props {
  title: string;
  /** What the button says that does it. */
  does: string;
  onDo: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
  /** What goes wrong in words of the place; null: the usual ones. */
  problem?: (error: unknown) => ReactNode;
  /** Not a dangerous thing, only a weighty one. */
  calm?: boolean;
}

export function Confirm({ title, does, onDo, onClose, children, problem, calm = false }: Props) {
  const sent = useRef(false);
  const act = useMutation({
    mutationFn: onDo,
    onSuccess: onClose,
    onSettled: () => {
      sent.current = false;
    },
  });
  const own = act.error === null ? null : (problem?.(act.error) ?? null);
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {act.error !== null && !(act.error instanceof ProofDeclined) ? (
        own === null ? (
          <ProblemMessage error={act.error} />
        ) : typeof own === "string" ? (
          <div className="h-problem" role="alert">
            <p>{own}</p>
          </div>
        ) : (
          own
        )
      ) : null}
      <div className="h-buttons">
        <button
          type="button"
          className={`nhsuk-button h-button-small ${calm ? "" : "nhsuk-button--warning"}`}
          disabled={act.isPending}
          onClick={() => {
            if (sent.current) return;
            sent.current = true;
            act.mutate();
          }}
        >
          {does}
        </button>
        <button type="button" className="nhsuk-button nhsuk-button--secondary h-button-small" onClick={onClose}>
          {texts.cancel}
        </button>
      </div>
    </Dialog>
  );
}
