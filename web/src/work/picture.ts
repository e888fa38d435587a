// picture.ts - where things stand in the picture of what links a person to a patient.
//
// Pure: relations in, places in pixels out. The person stands at one end and the patient at the other. What leads from one to the
// other stands between them; what belongs to one of them alone is tied to that one only. On a narrow screen the ends are above and below.

export interface Relation {
  relation: string;
  /** type/id */
  from: string;
  to: string;
  start: string | null;
  end: string | null;
  source: string | null;
  links: boolean;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What a middle box is tied to. */
export type Reach = "both" | "person" | "patient";

export interface Middle extends Box {
  /** type/id; none for a relation that needs nothing between, and for the gap where nothing links them. */
  node: string | null;
  relations: Relation[];
  reach: Reach;
  links: boolean;
}

export interface Line {
  points: [number, number][];
  links: boolean;
  over: boolean;
  /** What is written on it, and where; elsewhere the middle box has it. */
  label: { relations: Relation[]; x: number; y: number; width: number } | null;
}

export interface Picture {
  upright: boolean;
  width: number;
  height: number;
  person: Box;
  patient: Box;
  middles: Middle[];
  lines: Line[];
}

type Bare = Omit<Middle, keyof Box>;

const narrow = 640;
const endHeight = 72;
const middleHeight = 84;
const gap = 18;
const trunk = 10; // from the edge, on a narrow screen
const indent = 30;

/** Which nodes one gets to from `start` without passing `shut`. */
function reached(relations: Relation[], start: string, shut: string): Set<string> {
  const found = new Set([start]);
  const edge = [start];
  for (let at = edge.pop(); at !== undefined; at = edge.pop()) {
    for (const { from, to } of relations) {
      const other = from === at ? to : to === at ? from : null;
      if (other === null || other === shut || found.has(other)) continue;
      found.add(other);
      edge.push(other);
    }
  }
  return found;
}

/** The boxes between: what links first, then what did or might, then what belongs to one alone. */
export function middlesOf(relations: Relation[], person: string, patient: string): Bare[] {
  const ofPerson = reached(relations, person, patient);
  const ofPatient = reached(relations, patient, person);
  const isEnd = (id: string) => id === person || id === patient;
  const direct = relations.filter(({ from, to }) => isEnd(from) && isEnd(to));
  const nodes = [...new Set(relations.flatMap(({ from, to }) => [from, to]))].filter((id) => !isEnd(id));
  const found: Bare[] = direct.map((each) => ({ node: null, relations: [each], reach: "both", links: each.links }));
  for (const node of nodes) {
    const own = relations.filter(({ from, to }) => from === node || to === node);
    const reach = !ofPatient.has(node) ? "person" : !ofPerson.has(node) ? "patient" : "both";
    found.push({ node, relations: own, reach, links: own.some((each) => each.links) });
  }
  if (!found.some((each) => each.links)) found.unshift({ node: null, relations: [], reach: "both", links: false });
  const rank = (each: Bare) => (each.links ? 0 : each.reach === "both" ? 1 : 2);
  return found.sort((a, b) => rank(a) - rank(b));
}

export function isOver(relation: Relation, at: number): boolean {
  return relation.end !== null && Date.parse(relation.end) <= at;
}

export function pictureOf(relations: Relation[], person: string, patient: string, width: number, at: number): Picture {
  const middles = middlesOf(relations, person, patient);
  return width < narrow ? upright(middles, person, patient, width, at) : wide(middles, person, patient, width, at);
}

function tied(middle: Bare, end: string): Relation[] {
  return middle.relations.filter(({ from, to }) => from === end || to === end);
}

function strokeOf(middle: Bare, end: string, at: number): { links: boolean; over: boolean } {
  const own = middle.node === null ? middle.relations : tied(middle, end);
  return { links: own.some((each) => each.links), over: own.every((each) => isOver(each, at)) };
}

function wide(bare: Bare[], person: string, patient: string, width: number, at: number): Picture {
  const endWidth = Math.min(200, width * 0.21);
  const middleWidth = Math.min(210, width * 0.24);
  const row = middleHeight + gap;
  const spans = bare.filter((each) => each.reach === "both");
  const left = bare.filter((each) => each.reach === "person");
  const right = bare.filter((each) => each.reach === "patient");
  const inset = Math.min(48, width * 0.05);
  const place = (each: Bare, x: number, nth: number): Middle => ({
    ...each,
    x,
    y: nth * row,
    width: middleWidth,
    height: middleHeight,
  });
  const middles = [
    ...spans.map((each, nth) => place(each, (width - middleWidth) / 2, nth)),
    ...left.map((each, nth) => place(each, endWidth + inset, spans.length + nth)),
    ...right.map((each, nth) => place(each, width - endWidth - inset - middleWidth, spans.length + nth)),
  ];
  const rows = spans.length + Math.max(left.length, right.length);
  const height = Math.max(rows * row - gap, endHeight);
  const y = Math.min((spans.length * row - gap - endHeight) / 2, height - endHeight);
  const ends = { width: endWidth, height: endHeight, y: Math.max(0, y) };
  const picture = { person: { ...ends, x: 0 }, patient: { ...ends, x: width - endWidth } };
  const lines: Line[] = [];
  for (const middle of middles) {
    const level = middle.y + middle.height / 2;
    const from: [number, number] = [endWidth, ends.y + endHeight / 2];
    const to: [number, number] = [width - endWidth, ends.y + endHeight / 2];
    if (middle.reach !== "patient")
      lines.push(tie(middle, person, from, [middle.x, level], at));
    if (middle.reach !== "person")
      lines.push(tie(middle, patient, [middle.x + middle.width, level], to, at));
  }
  return { upright: false, width, height, ...picture, middles, lines };
}

function tie(middle: Middle, end: string, a: [number, number], b: [number, number], at: number): Line {
  const written = middle.reach === "both" && middle.node !== null;
  const label = written
    ? { relations: tied(middle, end), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2, width: Math.abs(b[0] - a[0]) - 12 }
    : null;
  return { points: [a, b], ...strokeOf(middle, end, at), label };
}

function upright(bare: Bare[], person: string, patient: string, width: number, at: number): Picture {
  const order: Reach[] = ["person", "both", "patient"];
  const sorted = [...bare].sort((a, b) => order.indexOf(a.reach) - order.indexOf(b.reach));
  const middles = sorted.map((each, nth): Middle => ({
    ...each,
    x: indent,
    y: endHeight + gap + nth * (middleHeight + gap),
    width: width - 2 * indent,
    height: middleHeight,
  }));
  const bottom = endHeight + gap + middles.length * (middleHeight + gap);
  const lines: Line[] = [];
  for (const middle of middles) {
    const level = middle.y + middle.height / 2;
    const right = width - trunk;
    if (middle.reach !== "patient")
      lines.push({ points: [[trunk, endHeight], [trunk, level], [indent, level]], ...strokeOf(middle, person, at), label: null });
    if (middle.reach !== "person")
      lines.push({
        points: [[width - indent, level], [right, level], [right, bottom]],
        ...strokeOf(middle, patient, at),
        label: null,
      });
  }
  return {
    upright: true,
    width,
    height: bottom + endHeight,
    person: { x: 0, y: 0, width, height: endHeight },
    patient: { x: 0, y: bottom, width, height: endHeight },
    middles,
    lines,
  };
}

/** "team/cardiology" in two words. */
export function nodeParts(node: string): { type: string; id: string } {
  const slash = node.indexOf("/");
  return slash < 0 ? { type: "", id: node } : { type: node.slice(0, slash), id: node.slice(slash + 1) };
}
