// together.ts - a part of the chart that is read from one or several types: what of it is known, and what is not. Pure.

import { isProblem } from "../api/problem";
import { known } from "../parts/known";
import { texts } from "../texts";
import type { Asking } from "./Part";
import type { Records } from "./records";

interface Query extends Asking {
  data?: Records | undefined;
}

export interface Together extends Asking {
  /** Types of which there may be more that takes glass. */
  hidden: string[];
  /** Types that are shut, whatever one does. */
  shut: string[];
  /** Types that could not be read, and why. */
  failed: string[];
  failure: unknown;
  /** There is more than was read. */
  cut: boolean;
}

/** Refused, by what is known of a policy: not a failure. */
const refused = (error: unknown) => isProblem(error, "denied", "glass-needed", "not-found");

/** Each type's query. It is an error as a whole only where nothing of it can be shown. */
export function together(queries: Record<string, Query>): Together {
  const all = Object.entries(queries);
  const wrong = all.filter(([, { error }]) => error !== null);
  const whole = wrong.length === all.length ? (wrong[0]?.[1].error ?? null) : null;
  const typesWhere = (test: (query: Query) => boolean) => (whole === null ? all.filter(([, query]) => test(query)).map(([type]) => type) : []);
  return {
    isPending: all.some(([, { isPending }]) => isPending),
    error: whole,
    refetch: () => wrong.map(([, query]) => query.refetch()),
    hidden: typesWhere(({ error, data }) => isProblem(error, "glass-needed") || (error === null && data?.mayBeMore === true)),
    shut: typesWhere(({ error }) => isProblem(error, "denied", "not-found")),
    failed: typesWhere(({ error }) => error !== null && !refused(error)),
    failure: wrong.find(([, { error }]) => !refused(error))?.[1].error ?? null,
    cut: whole === null && all.some(([, { error, data }]) => error === null && data?.cut === true),
  };
}

export const kindText = (type: string): string => known(texts.chart.types, type) ?? type;

const nothing: readonly unknown[] = [];

/** What was read. Nothing that was read before is shown once it is refused or has failed. */
export const resourcesOf = ({ error, data }: Query): readonly unknown[] => (error === null && data !== undefined ? data.resources : nothing);

/** What is said where there is nothing to be seen: that there is none only where that is known. */
export function noneText({ hidden, shut, failed, cut }: Together, none: string): string {
  if (failed.length > 0 || cut) return texts.chart.noneRead;
  return hidden.length + shut.length > 0 ? texts.chart.noneShown : none;
}
