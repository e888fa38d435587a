// Part.tsx - one part of a chart: on its way, failed, refused, empty or there; each part by itself.

import type { ReactNode } from "react";
import { isProblem } from "../api/problem";
import { PartBoundary } from "../parts/Boundary";
import { Loading } from "../parts/Page";
import { ProblemMessage } from "../parts/ProblemMessage";
import { texts } from "../texts";
import { HiddenNote } from "./HiddenNote";
import { kindText, type Together } from "./together";

/** What a part needs to know of its query; whatever the data is. */
export interface Asking {
  isPending: boolean;
  error: unknown;
  refetch: () => unknown;
}

interface Props {
  query: Asking & Partial<Together>;
  type: string;
  what: string;
  children: ReactNode;
}

export function PartBody({ query, type, what, children }: Props) {
  const { error } = query;
  if (isProblem(error, "glass-needed")) return <HiddenNote types={[type]} offer={error.body.offer} code={error.body.code} all />;
  if (isProblem(error, "denied", "not-found"))
    return (
      <p className="h-hidden-note">
        {error.body.text || texts.chart.hidden.shut}
      </p>
    );
  if (error !== null) return <ProblemMessage error={error} retry={() => void query.refetch()} />;
  if (query.isPending) return <Loading what={texts.chart.reading(what)} />;
  const { failed = [], shut = [], cut = false } = query;
  return (
    <>
      {failed.length === 0 ? null : (
        <ProblemMessage error={query.failure} what={texts.chart.notRead(failed.map(kindText))} retry={() => void query.refetch()} />
      )}
      <PartBoundary text={texts.chart.partFailed}>{children}</PartBoundary>
      {shut.length === 0 ? null : <p className="h-hidden-note">{texts.chart.hidden.shutOf(shut.map(kindText))}</p>}
      {cut ? <p className="h-note">{texts.chart.cut}</p> : null}
    </>
  );
}
