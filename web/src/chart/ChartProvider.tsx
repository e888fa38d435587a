// ChartProvider.tsx - which chart is open, and how one comes to be.
//
//   const { open } = useChart();
//   await open(patient);   // permit: the chart; glass: the dialog; deny: why
//
// The chart lives in memory and in the session's focus on the server, in no address and no storage. A reload finds it by the focus.
// INVARIANT: when the chart is shut, nothing of it stays in the cache of queries.

import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { api, inChart, told } from "../api/client";
import type { Basis, FoundPatient, Offer, OfferedCell, OpenAnswer } from "../api/types";
import { GlassDialog } from "../glass/GlassDialog";
import { DeniedDialog } from "../glass/DeniedDialog";
import { useLive, useSession } from "../session/SessionProvider";

/** Why a chart that was open is not any more. */
export type ShutBy = "closed" | "ended" | "expired" | "moved" | "shut" | "refused";

export interface OpenChart {
  patient: string;
  basis: Basis;
  notices: string[];
  /** Somebody else will look at this access. */
  review: boolean;
  /** What more there is to be had by glass. */
  rest: Offer | null;
}

/** A chart that takes glass, and whom the search said it belongs to (none after a reload). */
export interface Asked {
  patient: string;
  found: FoundPatient | null;
  offer: Offer;
  code: string;
  cell: OfferedCell | null;
}

interface Held {
  chart: OpenChart | null;
  /** The chart that was open last, and why it no longer is. */
  shut: { by: ShutBy; detail: string | null } | null;
  opening: boolean;
  open: (patient: string, found?: FoundPatient | null) => Promise<void>;
  /** Asks for glass for a part of the open chart. */
  askForMore: (offer: Offer, code: string) => void;
  /** Shows the chart no longer; ends its glass where it has one of this session. */
  close: () => Promise<void>;
  /** It is over already: what is shown goes away. */
  shutNow: (by: ShutBy, detail?: string | null) => void;
}

const ChartContext = createContext<Held | null>(null);

type Permit = Extract<OpenAnswer, { verdict: "permit" }>;
type Deny = Extract<OpenAnswer, { verdict: "deny" }>;

export function ChartProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const session = useSession();
  const [chart, setChart] = useState<OpenChart | null>(null);
  const [shut, setShut] = useState<Held["shut"]>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [denied, setDenied] = useState<{ answer: Deny; found: FoundPatient | null } | null>(null);
  const [opening, setOpening] = useState(false);
  const latest = useRef(chart);
  latest.current = chart;

  const forget = useCallback(() => client.removeQueries({ queryKey: ["chart"] }), [client]);

  const shutNow = useCallback<Held["shutNow"]>(
    (by, detail = null) => {
      if (latest.current === null) return;
      forget();
      setChart(null);
      setAsked(null);
      setShut({ by, detail });
    },
    [forget],
  );

  const permitted = useCallback(
    (patient: string, answer: Permit) => {
      if (latest.current?.patient !== patient) forget();
      setAsked(null);
      setShut(null);
      setChart({
        patient,
        basis: answer.basis,
        notices: answer.notices,
        review: answer.review,
        rest: answer.rest ?? null,
      });
      void client.invalidateQueries({ queryKey: ["session"] });
      void navigate("/chart");
    },
    [client, forget, navigate],
  );

  const open = useCallback<Held["open"]>(
    async (patient, found = null) => {
      setOpening(true);
      try {
        const answer = await told(api.POST("/api/v1/charts/{patient}/open", { ...inChart(patient), body: {} }));
        if (answer.verdict === "permit") permitted(patient, answer);
        else if (answer.verdict === "glass")
          setAsked({ patient, found, offer: answer.offer, code: answer.code, cell: null });
        else {
          setAsked(null);
          setDenied({ answer, found });
        }
      } finally {
        setOpening(false);
      }
    },
    [permitted],
  );

  // The glass was broken, or the offer is old: the dialog goes if the chart opens, and else has the offer of now.
  const askAgain = useCallback(
    async (before: Asked) => {
      const { patient, found, cell } = before;
      if (cell === null) return open(patient, found);
      const answer = await told(api.POST("/api/v1/charts/{patient}/open", { ...inChart(patient), body: { cell } }));
      if (answer.verdict === "glass") setAsked({ ...before, offer: answer.offer, code: answer.code });
      else if (answer.verdict === "permit") {
        await open(patient, found);
        await client.invalidateQueries({ queryKey: ["chart"] });
      } else {
        setAsked(null);
        setDenied({ answer, found });
      }
    },
    [client, open],
  );

  const close = useCallback(async () => {
    const glass = latest.current?.basis.glass;
    shutNow("closed");
    if (glass) await api.POST("/api/v1/glass/{glass}/close", { params: { path: { glass } }, body: {} });
  }, [shutNow]);

  useLive(["glass", "chart"], (event) => {
    if (event.kind === "chart") shutNow("shut");
    else if (event.data["change"] === "ended" && event.data["glass"] === latest.current?.basis.glass)
      shutNow("ended", String(event.data["by"] ?? ""));
  });

  // Another tab of this session has moved to another chart.
  useEffect(() => {
    if (chart !== null && !session.locked && session.focus !== null && session.focus !== chart.patient) shutNow("moved");
  }, [chart, session.focus, session.locked, shutNow]);

  const held = useMemo<Held>(
    () => ({
      chart,
      shut,
      opening,
      open,
      close,
      shutNow,
      askForMore: (offer, code) =>
        setAsked({ patient: offer.patient, found: null, offer, code, cell: offer.cell }),
    }),
    [chart, shut, opening, open, close, shutNow],
  );
  return (
    <ChartContext value={held}>
      {children}
      {asked ? (
        <GlassDialog
          key={asked.patient}
          asked={asked}
          onAskAgain={() => askAgain(asked)}
          onDecline={() => setAsked(null)}
        />
      ) : null}
      {denied ? <DeniedDialog answer={denied.answer} found={denied.found} onClose={() => setDenied(null)} /> : null}
    </ChartContext>
  );
}

export function useChart(): Held {
  const held = useContext(ChartContext);
  if (held === null) throw new Error("no ChartProvider");
  return held;
}
