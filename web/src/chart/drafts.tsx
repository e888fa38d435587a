// drafts.tsx - what is being written in a chart; it stays when the chart is shut, so that it can be copied.
//
// INVARIANT: in memory only, and never sent by itself.

import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { known } from "../parts/known";

export interface Draft {
  kind: "note" | "measurement";
  text: string;
  /** Which measurement, and its values as typed. */
  code: string;
  values: string[];
  /** An earlier state of it was sent and added; what is here now was not. */
  added: boolean;
}

export const emptyDraft: Draft = { kind: "note", text: "", code: "", values: [], added: false };

const same = (one: Draft, other: Draft) =>
  one.kind === other.kind && one.text === other.text && one.code === other.code && one.values.join("\n") === other.values.join("\n");

interface Held {
  drafts: Record<string, Draft>;
  keep: (patient: string, draft: Draft | null) => void;
  sent: (patient: string, draft: Draft) => void;
}

const DraftContext = createContext<Held | null>(null);

export function DraftProvider({ children }: { children: ReactNode }) {
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const keep = useCallback((patient: string, draft: Draft | null) => {
    setDrafts((before) => {
      const others = Object.fromEntries(Object.entries(before).filter(([each]) => each !== patient));
      return draft === null ? others : { ...others, [patient]: draft };
    });
  }, []);
  const sent = useCallback((patient: string, draft: Draft) => {
    setDrafts((before) => {
      const now = known(before, patient);
      if (now === undefined) return before;
      const others = Object.fromEntries(Object.entries(before).filter(([each]) => each !== patient));
      return same(now, draft) ? others : { ...others, [patient]: { ...now, added: true } };
    });
  }, []);
  const held = useMemo(() => ({ drafts, keep, sent }), [drafts, keep, sent]);
  return <DraftContext value={held}>{children}</DraftContext>;
}

interface OfPatient {
  draft: Draft | null;
  keep: (draft: Draft | null) => void;
  /** This was added to the chart: forgets it, but nothing that was written meanwhile. */
  sent: (draft: Draft) => void;
}

export function useDraft(patient: string): OfPatient {
  const held = useContext(DraftContext);
  if (held === null) throw new Error("no DraftProvider");
  const { drafts, keep, sent } = held;
  return {
    draft: known(drafts, patient) ?? null,
    keep: useCallback((draft) => keep(patient, draft), [keep, patient]),
    sent: useCallback((draft) => sent(patient, draft), [sent, patient]),
  };
}
