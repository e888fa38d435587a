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
}

export const emptyDraft: Draft = { kind: "note", text: "", code: "", values: [] };

interface Held {
  drafts: Record<string, Draft>;
  keep: (patient: string, draft: Draft | null) => void;
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
  const held = useMemo(() => ({ drafts, keep }), [drafts, keep]);
  return <DraftContext value={held}>{children}</DraftContext>;
}

export function useDraft(patient: string): [Draft | null, (draft: Draft | null) => void] {
  const held = useContext(DraftContext);
  if (held === null) throw new Error("no DraftProvider");
  const { drafts, keep } = held;
  return [known(drafts, patient) ?? null, useCallback((draft) => keep(patient, draft), [keep, patient])];
}
