// cases.ts - the cases that are not closed: loaded in pages, then kept up to date by what the server tells.
//
// Looking at one case is an entry that names it, so a change is never fetched by looking at the case: the
// list of the one person whom it is about is read instead, which is an entry that names no case.

import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, freshKey, told } from "../api/client";
import type { Case, Finding } from "../api/types";
import { useLive, useSession } from "../session/SessionProvider";
import { begun, emptyBook, whole, withCases, withChange, withPage, type Book } from "./book";

const key = ["cases", "unclosed"] as const;
const pageSize = 500;
const mostPeople = 8; // changes about more people at once: the whole list is read again
const patience = 300; // milliseconds in which changes are gathered

async function pageAfter(after: string, staff: string, signal?: AbortSignal) {
  const query = {
    state: "unclosed" as const,
    limit: pageSize,
    ...(after === "" ? {} : { after }),
    ...(staff === "" ? {} : { staff }),
  };
  return told(api.GET("/api/v1/cases", { params: { query }, ...(signal ? { signal } : {}) }));
}

function update(client: QueryClient, change: (book: Book) => Book) {
  client.setQueryData<Book>(key, (book) => change(book ?? emptyBook));
}

async function load(client: QueryClient, signal: AbortSignal): Promise<Book> {
  update(client, begun);
  const listed: Case[] = [];
  for (let after = ""; ; ) {
    const page = await pageAfter(after, "", signal);
    listed.push(...page.cases);
    update(client, (book) => withPage(book, page.cases));
    const last = page.cases.at(-1);
    if (!page.more || last === undefined) break;
    after = last.case;
  }
  return whole(client.getQueryData<Book>(key) ?? emptyBook, listed);
}

export function useUnclosed() {
  const client = useQueryClient();
  return useQuery({ queryKey: key, queryFn: ({ signal }) => load(client, signal), staleTime: Infinity });
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

/** Keeps the list as the server has it, as long as one is on a page about work. */
export function useLiveCases() {
  const client = useQueryClient();
  const { locked } = useSession();
  const people = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const readAgain = () => {
    const some = [...people.current];
    people.current.clear();
    const all = () => void client.invalidateQueries({ queryKey: key });
    if (client.getQueryData<Book>(key) === undefined || some.length > mostPeople) {
      all();
      return;
    }
    Promise.all(some.map((staff) => pageAfter("", staff)))
      .then((pages) => update(client, (book) => withCases(book, pages.flatMap((page) => page.cases))))
      .catch(all);
  };

  useLive(["case", "hello", "lost"], ({ kind, data }) => {
    if (kind !== "case") {
      void client.invalidateQueries({ queryKey: key });
      return;
    }
    const id = String(data["case"]);
    if (data["change"] === "closed") update(client, (book) => withChange(book, id, { state: "closed" }));
    else if (data["change"] === "overdue") update(client, (book) => withChange(book, id, { late: true }));
    else {
      people.current.add(String(data["staff"]));
      clearTimeout(timer.current);
      timer.current = setTimeout(readAgain, patience);
    }
  });

  // Nobody listens while one is elsewhere or the screen is locked: what is kept is then old.
  useEffect(() => {
    if (locked) return;
    return () => {
      clearTimeout(timer.current);
      void client.invalidateQueries({ queryKey: key, refetchType: "none" });
    };
  }, [client, locked]);
  useEffect(() => {
    if (!locked) void client.refetchQueries({ queryKey: key, stale: true, type: "active" });
  }, [client, locked]);
}
