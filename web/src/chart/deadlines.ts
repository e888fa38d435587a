// deadlines.ts - when the glass of the open chart ends, and that the chart is shut then, whether the server can be
// reached or not.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { serverNow } from "../api/clock";
import type { Glass } from "../api/types";
import { useSession, useSessionState } from "../session/SessionProvider";
import { glassOf, useChart, type OpenChart } from "./ChartProvider";

export interface Deadlines {
  glass: Glass | null;
  until: number | null;
  /** When it ends for want of use; null where nothing says how long it may idle. */
  idle: number | null;
}

/** When something of this chart was last read. */
function useLastUse(): number {
  const client = useQueryClient();
  const [last, setLast] = useState(serverNow);
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "success" && event.query.queryKey[0] === "chart") setLast(serverNow());
      }),
    [client],
  );
  return last;
}

function idleSeconds(chart: OpenChart, glass: Glass): number | null {
  const told = [glass.reason, ...glass.widened].flatMap((rule) => chart.idle[rule] ?? []);
  return told.length === 0 ? null : Math.min(...told);
}

export function useDeadlines(chart: OpenChart): Deadlines {
  const session = useSession();
  const last = useLastUse();
  const open = glassOf(session, chart.patient);
  const glass = open.find((one) => one.glass === chart.basis.glass) ?? open[0] ?? null;
  const seconds = glass === null ? null : idleSeconds(chart, glass);
  return {
    glass,
    until: glass?.until ? Date.parse(glass.until) : null,
    idle: seconds === null ? null : last + seconds * 1000,
  };
}

/** Shuts the chart at its deadline. The server knows better when it can be asked, for another tab may have used it. */
export function useShutAtDeadline(chart: OpenChart, { glass, until, idle }: Deadlines) {
  const { shutNow } = useChart();
  const { refresh, live } = useSessionState();
  const whole = glass !== null && chart.basis.glass === glass.glass;
  useEffect(() => {
    const timers: number[] = [];
    const at = (deadline: number | null, reached: () => void) => {
      if (deadline !== null) timers.push(window.setTimeout(reached, Math.max(0, deadline - serverNow())));
    };
    at(until, () => (whole ? shutNow("expired") : void refresh()));
    at(idle, () => {
      if (live.contact() === "live") void refresh();
      else if (whole) shutNow("idle");
    });
    return () => timers.forEach(clearTimeout);
  }, [until, idle, whole, shutNow, refresh, live]);
}
