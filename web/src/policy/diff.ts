// diff.ts - what differs: line by line between two texts, and change by change as the server tells it.

export interface DiffLine {
  kind: "same" | "out" | "in";
  text: string;
  /** Number of the line in the old text and in the new one, from 1. */
  old: number | null;
  now: number | null;
}

interface Step {
  x: number;
  y: number;
  before: Step | null;
}

const editsMax = 1000; // beyond it nobody reads line by line

/** Myers' greedy way: the shortest edit from one to the other, as the points that it runs through; null where it is too long. */
function walk(before: string[], after: string[]): Step | null {
  const bound = Math.min(before.length + after.length, editsMax);
  const furthest = new Map<number, Step>([[1, { x: 0, y: -1, before: null }]]);
  for (let edits = 0; edits <= bound; ++edits) {
    for (let k = -edits; k <= edits; k += 2) {
      const down = furthest.get(k + 1);
      const right = furthest.get(k - 1);
      const comes = k === -edits || (k !== edits && (right?.x ?? -1) < (down?.x ?? -1)) ? down : right;
      let x = comes === undefined ? 0 : comes === down ? comes.x : comes.x + 1;
      let y = x - k;
      const start = { x, y, before: edits === 0 ? null : (comes ?? null) };
      while (x < before.length && y < after.length && before[x] === after[y]) {
        ++x;
        ++y;
      }
      const end = x === start.x ? start : { x, y, before: start };
      furthest.set(k, end);
      if (x >= before.length && y >= after.length) return end;
    }
  }
  return null;
}

export function diffLines(before: string[], after: string[]): DiffLine[] {
  const points: Step[] = [];
  const whole: Step = { x: before.length, y: after.length, before: { x: before.length, y: 0, before: null } };
  for (let step: Step | null = walk(before, after) ?? whole; step !== null; step = step.before) points.unshift(step);
  const out: DiffLine[] = [];
  let [x, y] = [0, 0];
  for (const point of points) {
    while (point.x - x > 0 && point.y - y > 0) {
      out.push({ kind: "same", text: before[x] ?? "", old: ++x, now: ++y });
    }
    while (x < point.x) out.push({ kind: "out", text: before[x] ?? "", old: ++x, now: null });
    while (y < point.y) out.push({ kind: "in", text: after[y] ?? "", old: null, now: ++y });
  }
  return out;
}

/** The changed lines with a few round them; null stands for what is left out between. */
export function around(lines: DiffLine[], context = 3): (DiffLine | null)[] {
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - context), i + context + 1).some((line) => line.kind !== "same"));
  const out: (DiffLine | null)[] = [];
  lines.forEach((line, i) => {
    if (near[i]) out.push(line);
    else if (out.length === 0 || out.at(-1) !== null) out.push(null);
  });
  return out;
}

export interface Change {
  kind: "added" | "removed" | "changed";
  /** "allow open-referral" */
  what: string;
  lines: DiffLine[];
}

/** The lines of a proposal's `diff`, change by change. */
export function changesOf(diff: string[]): Change[] {
  const raw: { kind: Change["kind"]; what: string; out: string[]; in: string[] }[] = [];
  for (const line of diff) {
    const head = /^(added|removed|changed): (.*)$/.exec(line);
    if (head !== null) raw.push({ kind: head[1] as Change["kind"], what: head[2] ?? "", out: [], in: [] });
    else if (line.startsWith("- ")) raw.at(-1)?.out.push(line.slice(2));
    else if (line.startsWith("+ ")) raw.at(-1)?.in.push(line.slice(2));
  }
  return raw.map(({ kind, what, out, in: into }) => ({ kind, what, lines: diffLines(out, into) }));
}

/** The reasons that a proposal takes away or changes: open glass for them may end. */
export function touchedReasons(changes: Change[]): string[] {
  return changes
    .filter(({ kind, what }) => kind !== "added" && what.startsWith("glass "))
    .map(({ what }) => what.slice("glass ".length));
}
