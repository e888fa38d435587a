// SessionProvider.tsx - who is signed in, in every tab of this browser at once.
//
// The server knows; this is what it said last, and what it has yet to be told (keeper.ts). When a session ends, whatever
// was shown of a chart is thrown away at once, and what was typed stays: the pages are kept, hidden, until the same
// person has signed in again.

import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { onProblem } from "../api/client";
import { LiveStream, type LiveEvent } from "../api/live";
import type { Session } from "../api/types";
import { SessionKeeper, type Given, type Unlocking } from "./keeper";
import { endingOf, isCovered, lastOf, type Status } from "./status";
import type { Tabs } from "./tabs";

export type { EndedBy } from "./status";

interface Held {
  status: Status;
  /** The server has not acknowledged a lock or a sign-out in time. */
  unconfirmed: boolean;
  live: LiveStream;
  tabs: Tabs;
  signIn: (given: Given) => Promise<void>;
  /** What a colleague is to type, and until when. */
  askVouch: (user: string) => Promise<{ number: number; until: string }>;
  /** Looks whether a colleague has vouched. */
  lookForVouch: () => Promise<void>;
  stopAsking: () => Promise<void>;
  /** Counts here at once; the server is told until it has it. */
  signOut: () => void;
  lock: () => void;
  unlock: (given: Unlocking) => Promise<void>;
  /** Where a provider asks who somebody is; the browser comes back to `then`. */
  setOut: (provider: string, purpose: "sign-in" | "step-up" | "unlock", then: string) => Promise<string>;
  /** Somebody has signed in, or unlocked, by a provider in another window. */
  cameIn: () => Promise<void>;
  /** Asks the server again how the session stands. */
  refresh: () => Promise<void>;
}

const SessionContext = createContext<Held | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [keeper] = useState(() => new SessionKeeper(client));
  const [live] = useState(() => new LiveStream());
  const [tabs] = useState(() => new BroadcastChannel("halligan"));
  const status = useSyncExternalStore(keeper.watch, keeper.status);
  const owed = useSyncExternalStore(keeper.owed.watch, keeper.owed.current);

  useEffect(() => keeper.start(), [keeper]);

  useEffect(
    () =>
      onProblem((problem) => {
        // Why it is over may be heard after that it is.
        const why = endingOf(problem.body.ended_by);
        if (problem.slug === "no-session" && (keeper.status().is === "in" || why !== "other")) keeper.end(why);
        if (problem.slug === "session-locked") void keeper.refresh();
      }),
    [keeper],
  );

  useEffect(() => {
    const heard = () => void keeper.refresh();
    tabs.addEventListener("message", heard);
    return () => tabs.removeEventListener("message", heard);
  }, [tabs, keeper]);

  const sessionId = status.is === "in" ? status.session.session : null;
  useEffect(() => {
    if (sessionId === null) return;
    const deaf = live.listen((event: LiveEvent) => {
      if (event.kind === "session" && event.data["change"] === "ended") keeper.end(endingOf(event.data["by"]));
      // An officer hears of everybody's glass; the session holds one's own.
      else if (event.kind === "glass" && event.data["own"] === false) return;
      else if (["session", "glass", "hello", "lost", "chart"].includes(event.kind)) keeper.refreshSoon();
    });
    const blind = live.watchContact(() => {
      if (live.contact() === "live") keeper.owed.hurry();
    });
    live.start(sessionId);
    const timer = setInterval(() => void keeper.refresh(), 60_000);
    return () => {
      deaf();
      blind();
      live.stop();
      clearInterval(timer);
    };
  }, [sessionId, live, keeper]);

  const unconfirmed = owed?.late === true;
  const held = useMemo<Held>(
    () => ({
      status,
      unconfirmed,
      live,
      tabs: keeper.tabs,
      refresh: keeper.refresh,
      lock: keeper.lock,
      signOut: keeper.signOut,
      unlock: async (given) => {
        await keeper.unlock(given);
        tabs.postMessage("unlocked");
      },
      setOut: (provider, purpose, then) => keeper.setOut(provider, purpose, then),
      cameIn: async () => {
        await keeper.refresh();
        tabs.postMessage("signed-in");
      },
      askVouch: (user) => keeper.askVouch(user),
      lookForVouch: async () => {
        await keeper.refresh();
        if (keeper.status().is === "in") tabs.postMessage("signed-in");
      },
      stopAsking: () => keeper.stopAsking(),
      signIn: async (given) => {
        await keeper.signIn(given);
        tabs.postMessage("signed-in");
      },
    }),
    [status, unconfirmed, live, keeper, tabs],
  );
  return <SessionContext value={held}>{children}</SessionContext>;
}

export function useSessionState(): Held {
  const held = useContext(SessionContext);
  if (held === null) throw new Error("no SessionProvider");
  return held;
}

/** The session; only below what is shown to people who are signed in. */
export function useSession(): Session {
  const session = lastOf(useSessionState().status);
  if (session === null) throw new Error("nobody is signed in");
  return session;
}

/** Whether the pages stand hidden behind a lock or a session's end: then they show nothing of a patient. */
export function useCovered(): boolean {
  return isCovered(useSessionState().status);
}

export function useHasRole(...roles: string[]): boolean {
  const session = useSession();
  return roles.some((role) => session.roles.includes(role));
}

/** Hears what the server tells of one kind, and "hello" and "lost" after which anything may be different. */
export function useLive(kinds: LiveEvent["kind"][], hear: (event: LiveEvent) => void) {
  const { live } = useSessionState();
  const latest = useRef(hear);
  latest.current = hear;
  const wanted = kinds.join(" ");
  useEffect(
    () =>
      live.listen((event) => {
        if (wanted.split(" ").includes(event.kind)) latest.current(event);
      }),
    [live, wanted],
  );
}
