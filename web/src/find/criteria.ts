// criteria.ts - from what was typed to what is asked, and when it is worth asking. Pure.
//
// Each search is an entry in the ledger, so nothing is asked that cannot be meant yet.

import type { paths } from "../api/schema";

export type Criteria = paths["/api/v1/patients/search"]["post"]["requestBody"]["content"]["application/json"];

export interface Given {
  /** A name, or a number of any kind. */
  who: string;
  /** "1986-11-02", where one could be read. */
  born: string | null;
  ward: string;
}

const id = /^[A-Za-z0-9._-]{1,64}$/;
const hasDigit = /\p{Nd}/u;
const fewLettersAreMany = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const enough = 3; // letters

/** Whether it may be asked without anybody pressing Enter. */
export function worthAsking({ who, born, ward }: Given): boolean {
  const letters = [...who.trim()].length;
  if (letters === 0) return born !== null || ward !== "";
  return letters >= enough || fewLettersAreMany.test(who);
}

/** How long to wait for the next key, in milliseconds: a part of a number finds nobody, a part of a name does. */
export function patienceFor(who: string): number {
  return hasDigit.test(who) ? 600 : 300;
}

/** What is asked, one after the other until somebody is found. */
export function criteriaOf({ who, born, ward }: Given): Criteria[] {
  const also = { ...(born === null ? {} : { birth_date: born }), ...(ward === "" ? {} : { ward }) };
  const text = who.trim();
  if (text === "") return Object.keys(also).length > 0 ? [also] : [];
  if (!hasDigit.test(text)) return [{ name: text, ...also }];
  const number = text.replace(/\s+/g, "");
  const byIdentifier = { identifier: number, ...also };
  return id.test(number) ? [{ id: number, ...also }, byIdentifier] : [byIdentifier];
}
