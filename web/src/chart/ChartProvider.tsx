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
import { isProblem } from "../api/problem";
import type { Basis, BreakAnswer, FoundPatient, Glass, Offer, OfferedCell, OpenAnswer, Session } from "../api/types";
import { GlassDialog } from "../glass/GlassDialog";
import { DraftProvider } from "./drafts";
import { Deadline } from "./deadlines";
import { personKnown } from "./person";
import { askAhead } from "./records";
import { DeniedDialog } from "../glass/DeniedDialog";
import { useLive, useSession, useSessionState } from "../session/SessionProvider";

/** Why a chart that was open is not any more; "session": nobody is signed in. */
export type ShutBy = "closed" | "ended" | "expired" | "idle" | "moved" | "shut" | "session";

export interface OpenChart {
  patient: string;
  /** As the search said; null where the chart was opened by its id alone, as after a reload. */
  found: FoundPatient | null;
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

export interface Shut {
  by: ShutBy;
  detail: string | null;
  patient: string;
  found: FoundPatient | null;
  /** On which glass it was open. */
  glass: string | null;
}

interface Held {
  chart: OpenChart | null;
  /** The chart that was open last, and why it no longer is. */
  shut: Shut | null;
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

/** What is told of a chart that is open, by opening it or by breaking its glass. */
type Permit = Pick<Extract<OpenAnswer, { verdict: "permit" }>, "basis" | "notices" | "review" | "rest">;
type Deny = Extract<OpenAnswer, { verdict: "deny" }>;

/** Milliseconds for the session to say which chart has shut. */
const askedWithin = 1000;

/** The open glass of this session for one chart. */
export function glassOf(session: Session, patient: string): Glass[] {
  return session.glass.filter((open) => open.patient === patient);
}

export function ChartProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const session = useSession();
  const { status, refresh } = useSessionState();
  const [chart, setChart] = useState<OpenChart | null>(null);
  const [shut, setShut] = useState<Shut | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [denied, setDenied] = useState<{ answer: Deny; found: FoundPatient | null } | null>(null);
  const [opening, setOpening] = useState(false);
  const [tabs] = useState(() => new BroadcastChannel("halligan"));
  // Only a session that was told after the chart had opened says whether it still is.
  const openedIn = useRef<Session | null>(null);
  const sessionNow = useRef(session);
  sessionNow.current = session;
  const turns = useRef(0);
  const latest = useRef(chart);
  latest.current = chart;

  const forget = useCallback(() => client.removeQueries({ queryKey: ["chart"] }), [client]);

  const shutNow = useCallback<Held["shutNow"]>(
    (by, detail = null) => {
      if (latest.current === null) return;
      forget();
      const { patient, found, basis } = latest.current;
      latest.current = null; // the first reason is the one that is said
      setChart(null);
      setShut({ by, detail, patient, found, glass: basis.glass });
    },
    [forget],
  );

  const permitted = useCallback(
    (patient: string, found: FoundPatient | null, answer: Permit) => {
      const before = latest.current?.patient === patient ? latest.current : null;
      if (before === null) forget();
      askAhead(client, patient);
      const opened: OpenChart = {
        patient,
        found: found ?? before?.found ?? null,
        basis: answer.basis,
        notices: answer.notices,
        review: answer.review,
        rest: answer.rest ?? null,
      };
      setAsked(null);
      setShut(null);
      latest.current = opened; // that the glass of the one before has ended may be told before this is drawn
      setChart(opened);
      // Every tab of this session learns that the focus has moved.
      tabs.postMessage("focus");
      openedIn.current = sessionNow.current;
      void refresh();
      // Who asks for more from the viewer stays there.
      const viewing = before !== null && location.pathname.endsWith("/chart/glass");
      if (!viewing) void navigate("/chart", { replace: location.pathname.endsWith("/chart") });
    },
    [client, forget, navigate, refresh, tabs],
  );

  const open = useCallback<Held["open"]>(
    async (patient, found = null) => {
      // Who chooses another one meanwhile wants that one.
      const turn = (turns.current += 1);
      setOpening(true);
      try {
        const answer = await told(api.POST("/api/v1/charts/{patient}/open", { ...inChart(patient), body: {} }));
        if (turn !== turns.current) return;
        if (answer.verdict === "permit") permitted(patient, found, answer);
        else if (answer.verdict === "glass")
          setAsked({ patient, found, offer: answer.offer, code: answer.code, cell: null });
        else {
          setAsked(null);
          setDenied({ answer, found });
        }
      } catch (error) {
        if (turn === turns.current) throw error;
      } finally {
        if (turn === turns.current) setOpening(false);
      }
    },
    [permitted],
  );

  // The offer is old, or something has changed: the dialog goes if the chart opens, and else has the offer of now.
  const askAgain = useCallback(
    async (before: Asked): Promise<Offer | null> => {
      const { patient, found, cell } = before;
      const body = cell === null ? {} : { cell };
      const answer = await told(api.POST("/api/v1/charts/{patient}/open", { ...inChart(patient), body }));
      if (answer.verdict === "glass") {
        setAsked({ ...before, offer: answer.offer, code: answer.code });
        return answer.offer;
      }
      if (answer.verdict === "deny") {
        setAsked(null);
        setDenied({ answer, found });
      } else if (cell === null) permitted(patient, found, answer);
      else {
        await open(patient, found);
        await client.invalidateQueries({ queryKey: ["chart"] });
      }
      return null;
    },
    [client, open, permitted],
  );

  // The glass was broken. Whatever does not say what the chart itself is open by takes another question.
  const broken = useCallback(
    async (before: Asked, answer: BreakAnswer) => {
      const { basis } = answer;
      if (before.cell === null && basis !== null) permitted(before.patient, before.found, { ...answer, basis });
      else await askAgain(before);
    },
    [askAgain, permitted],
  );

  const close = useCallback(async () => {
    const glass = latest.current?.basis.glass;
    shutNow("closed");
    if (!glass) return;
    try {
      await api.POST("/api/v1/glass/{glass}/close", { params: { path: { glass } }, body: {} });
    } catch (error) {
      if (!isProblem(error, "glass-ended")) setShut((before) => (before === null ? null : { ...before, detail: "untold" }));
    }
  }, [shutNow]);

  useLive(["glass", "chart"], (event) => {
    if (event.kind === "chart") shutUnlessAnother();
    else if (event.data["change"] === "ended") glassEnded(String(event.data["glass"]), String(event.data["by"] ?? ""));
  });

  // Which chart has shut the session says: it may be the one before this one. Where it says nothing, it is this one.
  const shutUnlessAnother = () => {
    const [before, open] = [sessionNow.current, latest.current];
    const told = Promise.race([refresh(), new Promise((over) => setTimeout(over, askedWithin))]);
    void told.then(() =>
      setTimeout(() => {
        if (sessionNow.current === before && latest.current === open) shutNow("shut");
      }),
    );
  };

  const glassEnded = (glass: string, by: string) => {
    if (latest.current?.basis.glass === glass) shutNow("ended", by);
    // That the right is gone may be told before why.
    else
      setShut((before) =>
        before !== null && before.glass === glass && before.detail === null && ["shut", "ended"].includes(before.by)
          ? { ...before, by: "ended", detail: by }
          : before,
      );
  };

  // Another tab of this session has moved to another chart, or the right to this one has ended while nobody could tell.
  useEffect(() => {
    if (chart === null || session === openedIn.current || session.locked) return;
    const { glass } = chart.basis;
    if (session.focus !== null && session.focus !== chart.patient) shutNow("moved");
    else if (glass !== null && !session.glass.some((open) => open.glass === glass)) shutNow("ended");
    else if (session.focus === chart.patient && !session.focus_rules.includes(chart.basis.rule)) shutNow("shut");
  }, [chart, session, shutNow]);

  // A glass for a part of this chart has ended: what it showed goes, and the rest is asked for anew.
  const parts = chart === null ? "" : glassOf(session, chart.patient).map((open) => open.glass).join(" ");
  const partsBefore = useRef(parts);
  useEffect(() => {
    const now = parts.split(" ");
    const ended = partsBefore.current.split(" ").some((glass) => glass !== "" && !now.includes(glass));
    partsBefore.current = parts;
    if (ended && latest.current !== null) void client.resetQueries({ queryKey: ["chart"] });
  }, [client, parts]);

  const signedIn = status.is === "in";
  useEffect(() => {
    if (!signedIn) shutNow("session");
  }, [signedIn, shutNow]);

  const held = useMemo<Held>(
    () => ({
      chart,
      shut,
      opening,
      open,
      close,
      shutNow,
      askForMore: (offer, code) =>
        setAsked({ patient: offer.patient, found: personKnown(client, latest.current), offer, code, cell: offer.cell }),
    }),
    [chart, client, shut, opening, open, close, shutNow],
  );
  return (
    <ChartContext value={held}>
      {chart ? <Deadline chart={chart} /> : null}
      <DraftProvider>{children}</DraftProvider>
      {asked ? (
        <GlassDialog
          key={asked.patient}
          asked={asked}
          onAskAgain={() => askAgain(asked)}
          onBroken={(answer) => broken(asked, answer)}
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
