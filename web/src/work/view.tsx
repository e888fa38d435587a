// view.tsx - how one has set the list of cases, kept while one goes to a case and comes back.
//
// In memory only: it goes when one leaves the pages of work, or the session ends.

import { createContext, useCallback, useContext, useDeferredValue, useMemo, useState, type ReactNode } from "react";
import type { Case } from "../api/types";
import { useNow } from "../parts/time";
import { useHospital } from "../session/hospital";
import { useSession } from "../session/SessionProvider";
import { useUnclosed } from "./cases";
import { chosen, firstView, rowsOf, type QueueView, type Row } from "./order";

type Held = [QueueView, (change: Partial<QueueView>) => void];
const ViewContext = createContext<Held | null>(null);

export function QueueViewProvider({ children }: { children: ReactNode }) {
  const [view, setView] = useState(firstView);
  const change = useCallback((by: Partial<QueueView>) => setView((before) => ({ ...before, ...by })), []);
  const held = useMemo<Held>(() => [view, change], [view, change]);
  return <ViewContext value={held}>{children}</ViewContext>;
}

export function useQueueView(): Held {
  const held = useContext(ViewContext);
  if (held === null) throw new Error("no QueueViewProvider");
  return held;
}

export interface QueueNow {
  rows: Row[];
  /** Those that fit what was chosen. */
  shown: Case[];
  /** All that are not closed and not about oneself. */
  all: Case[];
  own: Case[];
}

/** The list as it stands: what others may look at, and what is about oneself. */
export function useQueueNow(): QueueNow {
  const { data } = useUnclosed();
  const { staff } = useSession();
  const { locale } = useHospital();
  const [view] = useQueueView();
  const now = useNow(30_000);
  const cases = data?.cases;
  const all = useMemo(() => [...(cases?.values() ?? [])].filter((held) => held.state !== "closed"), [cases]);
  const { kind, state, queue, late, sort, group, turned } = view;
  const text = useDeferredValue(view.text); // typing does not wait for ten thousand cases
  return useMemo(() => {
    const settings = { text, kind, state, queue, late, sort, group, turned, cursor: null };
    const shown = chosen(all.filter((held) => held.staff !== staff), settings, locale, now);
    return {
      rows: rowsOf(shown, settings),
      shown,
      all: all.filter((held) => held.staff !== staff),
      own: all.filter((held) => held.staff === staff).sort((a, b) => (a.opened_at < b.opened_at ? 1 : -1)),
    };
  }, [all, staff, locale, now, text, kind, state, queue, late, sort, group, turned]);
}
