// search.ts - where a word stands in the lines of a text.

export interface Match {
  /** From 0. */
  line: number;
  from: number;
  to: number;
}

export function matchesOf(lines: string[], wanted: string): Match[] {
  const needle = wanted.toLowerCase();
  if (needle === "") return [];
  return lines.flatMap((text, line) => {
    const found: Match[] = [];
    const low = text.toLowerCase();
    for (let from = low.indexOf(needle); from >= 0; from = low.indexOf(needle, from + needle.length))
      found.push({ line, from, to: from + needle.length });
    return found;
  });
}
