// book.ts - the cases that are not closed, as the server told them page by page and as they changed since.
//
// Pure. INVARIANT: what was heard while a list was being loaded is not undone by that list.

import type { Case } from "../api/types";

export interface Book {
  cases: ReadonlyMap<string, Case>;
  /** Every page has been read at least once. */
  complete: boolean;
  /** What was heard since the last loading began. */
  touched: ReadonlyMap<string, Case>;
}

export const emptyBook: Book = { cases: new Map(), complete: false, touched: new Map() };

/** A loading begins: what is shown stays until it is through. */
export function begun(book: Book): Book {
  return { ...book, touched: new Map() };
}

/** A page more of a loading; shown at once where nothing whole is shown yet. */
export function withPage(book: Book, page: Case[]): Book {
  if (book.complete) return book;
  const cases = new Map(book.cases);
  for (const held of page) cases.set(held.case, book.touched.get(held.case) ?? held);
  return { ...book, cases };
}

export function whole(book: Book, listed: Case[]): Book {
  const cases = new Map(listed.map((held) => [held.case, held]));
  for (const [id, held] of book.touched) cases.set(id, held);
  return { cases, complete: true, touched: book.touched };
}

/** Cases as they are now. */
export function withCases(book: Book, changed: Case[]): Book {
  const cases = new Map(book.cases);
  const touched = new Map(book.touched);
  for (const held of changed) {
    cases.set(held.case, held);
    touched.set(held.case, held);
  }
  return { ...book, cases, touched };
}

/** One case, of which only that is known which changed. */
export function withChange(book: Book, id: string, change: Partial<Case>): Book {
  const held = book.cases.get(id);
  return held === undefined ? book : withCases(book, [{ ...held, ...change }]);
}
