// MyPast.tsx - every glass of one's own, how it ended and what became of it.

import { Link } from "react-router";
import type { Glass } from "../api/types";
import { known } from "../parts/known";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { Moment } from "../parts/time";
import { texts } from "../texts";
import { Cell } from "./Cell";
import { More } from "./MyAccesses";
import { useOwnPast } from "./pages";
import { caseText, endedText } from "./words";

const words = texts.mine.glass;
const tones: Record<string, string> = { appropriate: "good", inappropriate: "bad", training: "warn", mistaken: "warn" };

function Line({ glass }: { glass: Glass }) {
  return (
    <tr role="row">
      <Cell of={words.at}>
        <Moment at={glass.opened_at} />
      </Cell>
      <Cell of={words.patient}>{glass.patient}</Cell>
      <Cell of={words.reason}>
        <span dir="auto">{glass.label}</span>
      </Cell>
      <Cell of={words.ended}>
        {endedText(glass)}{" "}
        {glass.ended_at ? (
          <span className="h-quiet">
            <Moment at={glass.ended_at} />
          </span>
        ) : null}
        {glass.comment ? (
          <span className="h-quiet h-block" dir="auto">
            {glass.comment}
          </span>
        ) : null}
      </Cell>
      <Cell of={words.case}>
        <span className={`h-tag ${known(tones, glass.finding) ?? ""}`}>{caseText(glass)}</span>{" "}
        {glass.case ? (
          <Link to={`/work/${glass.case}`} aria-label={words.toCaseOf(glass.patient)}>
            {words.toCase}
          </Link>
        ) : null}
      </Cell>
    </tr>
  );
}

export function MyPast() {
  const list = useOwnPast();
  const glass = list.data?.pages.flatMap((page) => page.glass) ?? [];
  if (list.isPending) return <Loading />;
  if (list.isError && glass.length === 0) return <ProblemMessage error={list.error} retry={() => void list.refetch()} />;
  if (glass.length === 0) return <p className="h-card">{words.none}</p>;
  return (
    <>
      <table className="h-table h-cards" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">{words.at}</th>
            <th role="columnheader" scope="col">{words.patient}</th>
            <th role="columnheader" scope="col">{words.reason}</th>
            <th role="columnheader" scope="col">{words.ended}</th>
            <th role="columnheader" scope="col">{words.case}</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {glass.map((each) => (
            <Line key={each.glass} glass={each} />
          ))}
        </tbody>
      </table>
      <More list={list} count={glass.length} />
    </>
  );
}
