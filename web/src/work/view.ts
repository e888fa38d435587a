// view.ts - how one has set the list of cases, kept while one goes to a case and comes back.
//
// In memory, beside what the server told: it goes when the session does.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useHospital } from "../session/hospital";
import { useSession } from "../session/SessionProvider";
import { useNow } from "../parts/time";
import type { Case } from "../api/types";
import { useUnclosed } from "./cases";
import { chosen, firstView, rowsOf, type QueueView, type Row } from "./order";

const key = ["work-view"] as const;

export function useQueueView(): [QueueView, (change: Partial<QueueView>) => void] {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => firstView,
    initialData: firstView,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  const change = useCallback(
    (by: Partial<QueueView>) =>
      client.setQueryData<QueueView>(key, (before) => ({ ...(before ?? firstView), ...by })),
    [client],
  );
  return [data, change];
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
  const { text, kind, state, queue, late, sort, group, turned } = view;
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
