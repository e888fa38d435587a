// ClosedCases.tsx - cases that are closed, newest first, a page at a time; read when somebody asks for them, which is an
// entry.

import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, told } from "../api/client";
import type { Case } from "../api/types";
import { Cell } from "../mine/Cell";
import { More } from "../mine/MyAccesses";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Moment } from "../parts/time";
import { Uncovered } from "../parts/Uncovered";
import { texts } from "../texts";
import { kindText, patientText } from "./marks";

const words = texts.work.closed;

function useClosed() {
  return useInfiniteQuery({
    queryKey: ["cases", "closed"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      told(
        api.GET("/api/v1/cases", {
          params: { query: { state: "closed", limit: 50, ...(pageParam === undefined ? {} : { after: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (last) => (last.more ? last.cases.at(-1)?.case : undefined),
    staleTime: 0,
    gcTime: 0,
  });
}

function Line({ held }: { held: Case }) {
  return (
    <tr role="row">
      <Cell of={words.opened}>
        <Moment at={held.opened_at} />
      </Cell>
      <Cell of={words.person}>
        <bdi>{held.name}</bdi>
      </Cell>
      <Cell of={words.patient}>{patientText(held.patient)}</Cell>
      <Cell of={words.what}>
        <Link to={`/work/${held.case}`}>{kindText(held.kind)}</Link>
      </Cell>
      <Cell of={words.finding}>{held.closing ? texts.work.findings[held.closing.finding] : null}</Cell>
      <Cell of={words.by}>
        {held.closing?.reviewer ?? words.itself} {held.closing ? <Moment at={held.closing.at} /> : null}
      </Cell>
    </tr>
  );
}

function List() {
  const list = useClosed();
  const cases = list.data?.pages.flatMap((page) => page.cases) ?? [];
  if (list.isPending) return <Loading />;
  if (list.isError && cases.length === 0) return <ProblemMessage error={list.error} retry={() => void list.refetch()} />;
  if (cases.length === 0) return <p className="h-card">{words.none}</p>;
  return (
    <>
      <table className="h-table h-cards" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[words.opened, words.person, words.patient, words.what, words.finding, words.by].map((each) => (
              <th key={each} role="columnheader" scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {cases.map((held) => (
            <Line key={held.case} held={held} />
          ))}
        </tbody>
      </table>
      <More list={list} count={cases.length} />
    </>
  );
}

export function ClosedCases() {
  const [open, setOpen] = useState(false);
  return (
    <details className="nhsuk-details h-closed" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="nhsuk-details__summary">
        <span className="nhsuk-details__summary-text">{words.title}</span>
      </summary>
      {open ? (
        <Uncovered>
          <List />
        </Uncovered>
      ) : null}
    </details>
  );
}
