// csv.ts - a table as text (RFC 4180), for programs that open such files. Every cell stands in quotes.
//
// Pure. INVARIANT: no cell is taken for a formula: what begins like one is given a mark before it, also where blanks or
// lines that a program may cut off stand before it, and where the sign is a wide or a small form that it may make plain.

const formula = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@])/u;

function cell(value: string): string {
  const safe = formula.test(value.normalize("NFKC")) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** With a mark at the beginning by which programs know that it is UTF-8. */
export function csv(rows: string[][]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
