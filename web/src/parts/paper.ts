// paper.ts - the page on paper, after it was written down that it goes there.
//
// INVARIANT: without the mark that is set here, paper holds one sentence and nothing of a patient (styles/_print.scss);
// and the mark is gone when the printing is over, or somebody does anything else.

const mark = "data-recorded";
const ends = ["afterprint", "keydown", "pointerdown"];

export function printRecorded() {
  const page = document.documentElement;
  const over = new AbortController();
  const end = () => {
    page.removeAttribute(mark);
    over.abort();
  };
  page.setAttribute(mark, "");
  for (const each of ends) window.addEventListener(each, end, { capture: true, signal: over.signal });
  window.print();
}
