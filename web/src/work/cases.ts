// cases.ts - the cases that are not closed: loaded in pages, then kept up to date by what the server tells.
//
// Looking at one case is an entry that names it, so a change is never fetched by looking at the case. What is
// read instead is the newest page where a case is new, else the list of the one person whom it is about: such a reading is one entry
// that names no case. What an event says in full (closed, overdue) is not asked for at all.

import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, freshKey, told } from "../api/client";
import type { Case, Finding } from "../api/types";
import { useGathered } from "../parts/gather";
import { useLive, useSession } from "../session/SessionProvider";
import { begun, emptyBook, whole, withCases, withChange, withPage, type Book } from "./book";

const key = ["cases", "unclosed"] as const;
const pageSize = 500;
const newestMax = 100; // of which a case that is not known yet will be one
const mostPeople = 8; // changes about more people at once: the whole list is read again
const patience = 300; // milliseconds in which changes are gathered

interface Wanted {
  after?: string;
  staff?: string;
  limit?: number;
}

async function page(wanted: Wanted, signal?: AbortSignal) {
  const query = { state: "unclosed" as const, limit: pageSize, ...wanted };
  return told(api.GET("/api/v1/cases", { params: { query }, ...(signal ? { signal } : {}) }));
}

function update(client: QueryClient, change: (book: Book) => Book) {
  client.setQueryData<Book>(key, (book) => change(book ?? emptyBook));
}

async function load(client: QueryClient, signal: AbortSignal): Promise<Book> {
  update(client, begun);
  const listed: Case[] = [];
  for (let wanted: Wanted = {}; ; ) {
    const { cases, more } = await page(wanted, signal);
    listed.push(...cases);
    update(client, (book) => withPage(book, cases));
    const last = cases.at(-1);
    if (!more || last === undefined) break;
    wanted = { after: last.case };
  }
  return whole(client.getQueryData<Book>(key) ?? emptyBook, listed);
}

export function useUnclosed() {
  const client = useQueryClient();
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => load(client, signal),
    // Half a list, of a loading that was broken off, is no list.
    staleTime: ({ state }) => (state.data?.complete ? Infinity : 0),
  });
}

/** Puts a case as it is now into the list. */
export function showCase(client: QueryClient, held: Case) {
  if (client.getQueryData<Book>(key) !== undefined) update(client, (book) => withCases(book, [held]));
}

export async function closeCase(id: string, finding: Finding, comment: string, intent = freshKey()): Promise<Case> {
  return told(
    api.POST("/api/v1/cases/{case}/close", {
      params: { path: { case: id }, header: { "Idempotency-Key": intent } },
      body: { finding, ...(comment.trim() === "" ? {} : { comment: comment.trim() }) },
    }),
  );
}

export async function reopenCase(id: string, comment: string, intent = freshKey()): Promise<Case> {
  return told(
    api.POST("/api/v1/cases/{case}/reopen", {
      params: { path: { case: id }, header: { "Idempotency-Key": intent } },
      body: { comment: comment.trim() },
    }),
  );
}

export async function justifyCase(id: string, text: string, intent = freshKey()): Promise<Case> {
  return told(
    api.POST("/api/v1/cases/{case}/justify", {
      params: { path: { case: id }, header: { "Idempotency-Key": intent } },
      body: { text: text.trim() },
    }),
  );
}

/** Reads what has become of these cases; false where that takes the whole list. */
async function readSome(client: QueryClient, ids: Set<string>): Promise<boolean> {
  const book = client.getQueryData<Book>(key);
  if (book === undefined) return false;
  const known = [...ids].map((id) => book.cases.get(id)?.staff).filter((staff) => staff !== undefined);
  const people = [...new Set(known)];
  if (people.length > mostPeople) return false;
  const asked = people.map((staff) => page({ staff }));
  if (known.length < ids.size) asked.push(page({ limit: newestMax }));
  const found = (await Promise.all(asked)).flatMap(({ cases }) => cases);
  update(client, (before) => withCases(before, found));
  const now = client.getQueryData<Book>(key)?.cases;
  const seen = new Set(found.map((held) => held.case));
  return [...ids].every((id) => seen.has(id) || now?.get(id)?.state === "closed");
}

/** Keeps the list as the server has it, as long as one is on a page about work. */
export function useLiveCases() {
  const client = useQueryClient();
  const { locked } = useSession();
  const changed = useRef(new Set<string>());
  const { ask, stop } = useGathered(() => {
    const ids = changed.current;
    changed.current = new Set();
    const all = () => client.invalidateQueries({ queryKey: key });
    return readSome(client, ids).then((enough) => (enough ? undefined : all()), all);
  }, patience);

  useLive(["case", "hello", "lost"], ({ kind, data }) => {
    if (kind !== "case") {
      void client.invalidateQueries({ queryKey: key });
      return;
    }
    const id = String(data["case"]);
    if (data["change"] === "closed") update(client, (book) => withChange(book, id, { state: "closed" }));
    else if (data["change"] === "overdue") update(client, (book) => withChange(book, id, { late: true }));
    else {
      changed.current.add(id);
      ask();
    }
  });

  // Nobody listens while one is elsewhere or the screen is locked: what is kept is then old.
  useEffect(() => {
    if (locked) return;
    return () => {
      stop();
      void client.invalidateQueries({ queryKey: key, refetchType: "none" });
    };
  }, [client, locked, stop]);
  useEffect(() => {
    if (!locked) void client.refetchQueries({ queryKey: key, stale: true, type: "active" });
  }, [client, locked]);
}
