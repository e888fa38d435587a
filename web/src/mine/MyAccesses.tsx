// MyAccesses.tsx - what one opened oneself, newest first.

import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { Cell } from "./Cell";
import { useOwnAccesses, type OwnAccess } from "./pages";
import { actionText, outcomeText, typesText } from "./words";

const words = texts.mine.accesses;

function Line({ access }: { access: OwnAccess }) {
  return (
    <tr role="row">
      <Cell of={words.at}>
        <Moment at={access.at} />
      </Cell>
      <Cell of={words.patient}>{access.patient ?? words.nobody}</Cell>
      <Cell of={words.action}>{actionText(access)}</Cell>
      <Cell of={words.types}>
        {typesText(access)} {access.resources > 0 ? <span className="h-quiet">{words.count(access.resources)}</span> : null}
      </Cell>
      <Cell of={words.basis}>
        {access.basis} {access.glass ? <span className="h-tag warn">{words.glass}</span> : null}
      </Cell>
      <Cell of={words.outcome}>{outcomeText(access)}</Cell>
    </tr>
  );
}

export function MyAccesses() {
  const list = useOwnAccesses();
  const pages = list.data?.pages ?? [];
  const accesses = pages.flatMap((page) => page.accesses);
  if (list.isPending) return <Loading />;
  if (list.isError && accesses.length === 0)
    return <ProblemMessage error={list.error} retry={() => void list.refetch()} />;
  return (
    <>
      {pages.every((page) => page.complete) ? null : <p className="h-note">{words.incomplete}</p>}
      {accesses.length === 0 ? (
        <p className="h-card">{words.none}</p>
      ) : (
        <table className="h-table h-cards" role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">{words.at}</th>
              <th role="columnheader" scope="col">{words.patient}</th>
              <th role="columnheader" scope="col">{words.action}</th>
              <th role="columnheader" scope="col">{words.types}</th>
              <th role="columnheader" scope="col">{words.basis}</th>
              <th role="columnheader" scope="col">{words.outcome}</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {accesses.map((access) => (
              <Line key={access.index} access={access} />
            ))}
          </tbody>
        </table>
      )}
      <More list={list} count={accesses.length} />
    </>
  );
}

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: Error | null;
  fetchNextPage: () => unknown;
}

/** How much is shown, and the way to more of it. */
export function More({ list, count }: { list: Paged; count: number }) {
  return (
    <div className="h-more">
      {list.isFetchNextPageError ? <ProblemMessage error={list.error} /> : null}
      <p role="status" className="h-quiet">
        {list.isFetchingNextPage ? texts.loading : words.shown(count)}
      </p>
      {list.hasNextPage ? (
        <button
          type="button"
          className="nhsuk-button nhsuk-button--secondary h-button-small"
          disabled={list.isFetchingNextPage}
          onClick={() => list.fetchNextPage()}
        >
          {texts.more}
        </button>
      ) : null}
    </div>
  );
}
