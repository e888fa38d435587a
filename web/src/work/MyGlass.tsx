// MyGlass.tsx - one's own open glass: how long it lasts, to its chart, and closing it.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, told } from "../api/client";
import type { Glass } from "../api/types";
import { useChart } from "../chart/ChartProvider";
import { useGathered } from "../parts/gather";
import { useOnce } from "../parts/once";
import { ProblemMessage } from "../parts/ProblemMessage";
import { left, Moment, useNow } from "../parts/time";
import { Uncovered } from "../parts/Uncovered";
import { useLive, useSession, useSessionState } from "../session/SessionProvider";
import { texts } from "../texts";

const words = texts.work.glass;
const key = ["glass", "own"] as const;
const patience = 100; // milliseconds in which news are gathered

function useOwnGlass() {
  const client = useQueryClient();
  const { ask } = useGathered(() => client.invalidateQueries({ queryKey: key }), patience);
  // An officer hears of everybody's.
  useLive(["glass", "hello", "lost"], ({ kind, data }) => {
    if (kind !== "glass" || data["own"] !== false) ask();
  });
  return useQuery({ queryKey: key, queryFn: ({ signal }) => told(api.GET("/api/v1/glass", { signal })) });
}

function useClosing(onClosed: (glass: Glass) => void) {
  const client = useQueryClient();
  const { refresh } = useSessionState();
  const { chart, shutNow } = useChart();
  return useMutation({
    mutationFn: async (glass: Glass) => {
      if (chart?.basis.glass === glass.glass) shutNow("closed");
      await api.POST("/api/v1/glass/{glass}/close", { params: { path: { glass: glass.glass } }, body: {} });
      return glass;
    },
    onSuccess: onClosed,
    onSettled: async () => {
      await Promise.all([client.invalidateQueries({ queryKey: key }), refresh()]);
    },
  });
}

function Countdown({ until }: { until: string | null }) {
  const now = useNow();
  return <>{until === null ? words.endsWithSession : words.endsIn(left(Date.parse(until), now))}</>;
}

function OneGlass({ glass, close, closing }: { glass: Glass; close: () => void; closing: boolean }) {
  const { open, opening } = useChart();
  const session = useSession();
  const here = session.glass.some((each) => each.glass === glass.glass);
  return (
    <li className="h-card h-my-glass">
      <p className="h-my-glass-what">
        <strong>{glass.patient}</strong>
        <span>{glass.label}</span>
        <span className="h-quiet">
          <Moment at={glass.opened_at} />
        </span>
      </p>
      <p className="h-my-glass-left" role="timer">
        <Countdown until={glass.until} />
      </p>
      <div className="h-my-glass-ways">
        {here ? (
          <button
            type="button"
            className="nhsuk-button nhsuk-button--secondary h-button-small"
            disabled={opening}
            aria-label={words.chartOf(glass.patient)}
            onClick={() => void open(glass.patient)}
          >
            {words.chart}
          </button>
        ) : (
          <span className="h-quiet">{words.elsewhere}</span>
        )}
        <button
          type="button"
          className="nhsuk-button h-button-small"
          disabled={closing}
          aria-label={words.closeOf(glass.patient)}
          onClick={close}
        >
          {words.close}
        </button>
      </div>
    </li>
  );
}

export function MyGlass({ quiet }: { quiet: boolean }) {
  const { owed } = useSession();
  const own = useOwnGlass();
  const [said, setSaid] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  const closing = useClosing((glass) => {
    setSaid(words.closed(glass.patient));
    heading.current?.focus();
  });
  const close = useOnce(closing);
  const open = own.data?.glass ?? [];
  const nothing = own.isSuccess && open.length === 0;
  return (
    <section aria-labelledby="my-glass">
      <h2 className={nothing ? "nhsuk-u-visually-hidden" : "nhsuk-heading-m"} id="my-glass" ref={heading} tabIndex={-1}>
        {words.title}
      </h2>
      <p role="status" className={said === "" ? "nhsuk-u-visually-hidden" : "h-note"}>
        <Uncovered>{said}</Uncovered>
      </p>
      {own.isError ? <ProblemMessage error={own.error} retry={() => void own.refetch()} /> : null}
      {closing.isError ? <ProblemMessage error={closing.error} /> : null}
      {nothing && said === "" && !quiet ? <p>{owed.length > 0 ? words.none : words.nothing}</p> : null}
      <ul className="h-plain-list">
        {open.map((glass) => (
          <OneGlass
            key={glass.glass}
            glass={glass}
            close={() => close(glass)}
            closing={closing.isPending && closing.variables.glass === glass.glass}
          />
        ))}
      </ul>
    </section>
  );
}
