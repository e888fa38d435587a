// paper.ts - the page on paper, after it was written down that it goes there.
//
// INVARIANT: without the mark that is set here, paper holds one sentence and nothing of a patient (styles/_print.scss);
// and the mark is gone when the printing is over, or somebody does anything else.

import { flushSync } from "react-dom";
import { serverNow } from "../api/clock";

const mark = "data-recorded";
const ends = ["afterprint", "keydown", "pointerdown"];

let at: string | null = null;
const watching = new Set<() => void>();

/** When this page was printed last: it stands on the paper. */
export const printedAt = {
  current: () => at,
  watch: (listener: () => void) => {
    watching.add(listener);
    return () => watching.delete(listener);
  },
};

export function printRecorded() {
  const page = document.documentElement;
  at = new Date(serverNow()).toISOString();
  flushSync(() => {
    for (const each of watching) each();
  });
  const over = new AbortController();
  const end = () => {
    page.removeAttribute(mark);
    over.abort();
  };
  page.setAttribute(mark, "");
  for (const each of ends) window.addEventListener(each, end, { capture: true, signal: over.signal });
  window.print();
}
