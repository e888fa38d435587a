// SessionProvider.tsx - who is signed in, in every tab of this browser at once.
//
// The server knows; this is what it said last. When a session ends, whatever was shown of a chart
// is thrown away at once, and what was typed stays: the pages are kept, hidden, until the same
// person has signed in again.

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { api, onProblem, rememberCsrf, told } from "../api/client";
import { LiveStream, type LiveEvent } from "../api/live";
import { isProblem } from "../api/problem";
import type { Session } from "../api/types";

export type EndedBy = "expired" | "idle" | "logout" | "revoked" | "other";

type Status =
  | { is: "starting" }
  | { is: "out"; by: EndedBy | null; last: Session | null }
  | { is: "in"; session: Session };

interface Held {
  status: Status;
  live: LiveStream;
  signIn: (given: { user: string; password: string; code: string }) => Promise<void>;
  signOut: () => Promise<void>;
  /** Asks the server again how the session stands. */
  refresh: () => Promise<void>;
}

const SessionContext = createContext<Held | null>(null);
const endings: readonly string[] = ["expired", "idle", "logout", "revoked"];

function endingOf(by: unknown): EndedBy {
  return typeof by === "string" && endings.includes(by) ? (by as EndedBy) : "other";
}

/**
 * Everything that a chart, a case or a list has shown. Pages that stay, hidden, for what was typed on them lose it as
 * well: nothing of it is left in the document.
 */
function forget(client: QueryClient) {
  for (const query of client.getQueryCache().getAll()) if (query.queryKey[0] !== "hospital") query.reset();
  client.removeQueries({ type: "inactive", predicate: (query) => query.queryKey[0] !== "hospital" });
}

const covered = (status: Status) => status.is === "out" || (status.is === "in" && status.session.locked);

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [status, setStatus] = useState<Status>({ is: "starting" });
  const [live] = useState(() => new LiveStream());
  const [tabs] = useState(() => new BroadcastChannel("halligan"));
  const now = useRef(status);
  now.current = status;

  const end = useCallback(
    (by: EndedBy) => {
      if (now.current.is === "out") return;
      forget(client);
      setStatus({ is: "out", by, last: now.current.is === "in" ? now.current.session : null });
    },
    [client],
  );

  const refresh = useCallback(async () => {
    try {
      const session = await told(api.GET("/api/v1/session"));
      rememberCsrf(session.csrf);
      const before = now.current;
      const next: Status = { is: "in", session };
      const another = before.is === "in" && before.session.staff !== session.staff;
      if (another || (covered(next) && !covered(before))) forget(client);
      setStatus(next);
      if (covered(before) && !covered(next)) void client.refetchQueries({ type: "active" });
    } catch (error) {
      if (isProblem(error, "no-session")) {
        if (now.current.is === "starting") setStatus({ is: "out", by: null, last: null });
        else end("other");
      } else if (now.current.is === "starting") setTimeout(() => void refresh(), 2000);
    }
  }, [client, end]);

  useEffect(() => void refresh(), [refresh]);

  useEffect(
    () =>
      onProblem((problem) => {
        if (problem.slug === "no-session" && now.current.is === "in") end("other");
        if (problem.slug === "session-locked") void refresh();
      }),
    [end, refresh],
  );

  useEffect(() => {
    const heard = () => void refresh();
    tabs.addEventListener("message", heard);
    return () => tabs.removeEventListener("message", heard);
  }, [tabs, refresh]);

  const sessionId = status.is === "in" ? status.session.session : null;
  useEffect(() => {
    if (sessionId === null) return;
    const hear = live.listen((event: LiveEvent) => {
      if (event.kind === "session" && event.data["change"] === "ended") end(endingOf(event.data["by"]));
      else if (["session", "glass", "hello", "lost", "chart"].includes(event.kind)) void refresh();
    });
    live.start(sessionId);
    const timer = setInterval(() => void refresh(), 60_000);
    return () => {
      hear();
      live.stop();
      clearInterval(timer);
    };
  }, [sessionId, live, end, refresh]);

  const held = useMemo<Held>(
    () => ({
      status,
      live,
      refresh,
      signIn: async (given) => {
        const made = await told(api.POST("/api/v1/sessions", { body: { ...given, cookie: true } }));
        rememberCsrf(made.csrf);
        if (now.current.is === "out" && now.current.last?.staff !== made.staff) forget(client);
        await refresh();
        tabs.postMessage("signed-in");
      },
      signOut: async () => {
        await api.DELETE("/api/v1/session");
        end("logout");
        tabs.postMessage("signed-out");
      },
    }),
    [status, live, refresh, client, end, tabs],
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
  const { status } = useSessionState();
  if (status.is === "in") return status.session;
  if (status.is === "out" && status.last !== null) return status.last;
  throw new Error("nobody is signed in");
}

/** Whether the pages stand hidden behind a lock or a session's end: then they show nothing of a patient. */
export function useCovered(): boolean {
  return covered(useSessionState().status);
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
