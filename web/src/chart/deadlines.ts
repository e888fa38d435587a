// deadlines.ts - when the glass of the open chart ends, and that the chart is shut then, whether the server can be
// reached or not.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { serverNow } from "../api/clock";
import type { Glass } from "../api/types";
import { useSession, useSessionState } from "../session/SessionProvider";
import { glassOf, useChart, type OpenChart } from "./ChartProvider";

export interface Deadlines {
  glass: Glass | null;
  until: number | null;
  /** When it ends for want of use; null where it does not idle. */
  idle: number | null;
}

// When something of the chart was last read while this page was looking.
let lastRead: number | null = null;
const readers = new Set<() => void>();
const watchReads = (reader: () => void) => {
  readers.add(reader);
  return () => readers.delete(reader);
};
function setLastRead(at: number | null) {
  lastRead = at;
  for (const each of readers) each();
}

/** What was read here since the session was told of puts the end off, as it does on the server. */
function idleEnd({ idle_until, idle_seconds }: Glass, lastUse: number | null): number | null {
  if (idle_until === null) return null;
  const told = Date.parse(idle_until);
  return lastUse === null ? told : Math.max(told, lastUse + idle_seconds * 1000);
}

export function useDeadlines(chart: OpenChart): Deadlines {
  const session = useSession();
  const last = useSyncExternalStore(watchReads, () => lastRead);
  const open = glassOf(session, chart.patient);
  const glass = open.find((one) => one.glass === chart.basis.glass) ?? open[0] ?? null;
  return {
    glass,
    until: glass?.until ? Date.parse(glass.until) : null,
    idle: glass === null ? null : idleEnd(glass, last),
  };
}

/** How long the server has to say that it was used elsewhere. */
const grace = 5000;

/**
 * Shuts the chart at its deadline, whichever page is looked at. The server knows better when it can be asked, for another
 * tab may have used it. Where a glass for a part of it ends, what that part showed goes.
 */
export function Deadline({ chart }: { chart: OpenChart }) {
  const { shutNow } = useChart();
  const { refresh, live } = useSessionState();
  const client = useQueryClient();
  const { glass, until, idle } = useDeadlines(chart);
  const whole = glass !== null && chart.basis.glass === glass.glass;
  useEffect(() => {
    setLastRead(null);
    return client.getQueryCache().subscribe((event) => {
      if (event.type === "updated" && event.action.type === "success" && event.query.queryKey[0] === "chart") setLastRead(serverNow());
    });
  }, [client, chart.patient]);
  useEffect(() => {
    const timers: number[] = [];
    const at = (deadline: number | null, reached: () => void) => {
      if (deadline !== null) timers.push(window.setTimeout(reached, Math.max(0, deadline - serverNow())));
    };
    const over = (by: "expired" | "idle") => (whole ? shutNow(by) : void client.resetQueries({ queryKey: ["chart"] }));
    at(until, () => (!whole && live.contact() === "live" ? void refresh() : over("expired")));
    at(idle, () => {
      if (live.contact() !== "live") return over("idle");
      void refresh();
      if (whole) timers.push(window.setTimeout(() => over("idle"), grace));
    });
    return () => timers.forEach(clearTimeout);
  }, [until, idle, whole, shutNow, refresh, live, client]);
  return null;
}
