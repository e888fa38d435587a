// What is made of records from outside, without a browser: whatever they are, nothing is thrown, and what cannot be
// read stands there as that, beside the others.

import { expect, test } from "@playwright/test";
import { personOf } from "../src/chart/person-of";
import { drawable, linesOf, newestFirst, newestOfEach, readingsOf, seriesOf } from "../src/chart/readings";
import { staysOf } from "../src/chart/stays";
import { alerts, allergies, directives, medications, problems } from "../src/chart/summaries";
import { documentsOf, notesOf, plainText } from "../src/chart/written";
import { csv } from "../src/mine/csv";
import { Gathered } from "../src/parts/gather";
import { known } from "../src/parts/known";
import { texts } from "../src/texts";

const concept = (code: string) => ({ text: `Called ${code}`, coding: [{ system: "urn:x", code, display: `Shown ${code}` }] });
const data = Buffer.from("as it was written").toString("base64");
const attachment = { contentType: "text/plain", data, title: "T", size: 3, creation: "2026-01-02" };
const narrative = { status: "generated", div: "<div>said &amp; written</div>" };

interface Reader {
  sound: Record<string, unknown>;
  read: (all: unknown[]) => unknown[];
}

const readers: Record<string, Reader> = {
  allergies: {
    sound: {
      resourceType: "AllergyIntolerance", id: "1", code: concept("a"), criticality: "high", recordedDate: "2026-01-02",
      clinicalStatus: concept("active"), verificationStatus: concept("confirmed"),
      reaction: [{ manifestation: [concept("rash")], severity: "severe" }],
    },
    read: allergies,
  },
  prescriptions: {
    sound: {
      resourceType: "MedicationRequest", id: "1", status: "active", medicationCodeableConcept: concept("m"), authoredOn: "2026-01-02",
      medicationReference: { reference: "Medication/1", display: "M" }, dosageInstruction: [{ text: "one a day" }],
    },
    read: (all) => medications(all, []),
  },
  statements: {
    sound: {
      resourceType: "MedicationStatement", id: "1", status: "active", medicationCodeableConcept: concept("m"),
      effectivePeriod: { start: "2026-01-02" }, dosage: [{ text: "one a day" }],
    },
    read: (all) => medications([], all),
  },
  problems: {
    sound: {
      resourceType: "Condition", id: "1", code: concept("c"), clinicalStatus: concept("active"),
      verificationStatus: concept("confirmed"), onsetPeriod: { start: "2026-01-02" },
    },
    read: problems,
  },
  alerts: { sound: { resourceType: "Flag", id: "1", status: "active", code: concept("f"), period: { start: "2026-01-02" } }, read: alerts },
  directives: {
    sound: {
      resourceType: "Consent", id: "1", status: "active", scope: concept("adr"), category: [concept("x")], dateTime: "2026-01-02",
      provision: { type: "deny", actor: [{ reference: { display: "Somebody" } }] },
    },
    read: directives,
  },
  readings: {
    sound: {
      resourceType: "Observation", id: "1", status: "final", category: [concept("laboratory")], code: concept("o"),
      effectiveDateTime: "2026-01-02T03:04:05Z", valueQuantity: { value: 5, unit: "x", code: "x", comparator: "<" },
      interpretation: [concept("H")], referenceRange: [{ low: { value: 1 }, high: { value: 4 } }], note: [{ text: "n" }],
      performer: [{ reference: "Practitioner/1" }], component: [{ code: concept("p"), valueQuantity: { value: 6, unit: "y" } }],
    },
    read: (all) => {
      const read = readingsOf(all);
      for (const series of seriesOf(read)) linesOf(series);
      newestOfEach(newestFirst(read), "laboratory");
      return read;
    },
  },
  stays: {
    sound: {
      resourceType: "Encounter", id: "1", status: "finished", class: { code: "IMP", display: "i" }, type: [concept("t")],
      serviceType: concept("s"), reasonCode: [concept("r")], participant: [{ individual: { reference: "Practitioner/1" } }],
      period: { start: "2026-01-02" },
    },
    read: staysOf,
  },
  notes: {
    sound: {
      resourceType: "DocumentReference", id: "1", status: "current", docStatus: "final", type: concept("n"), description: "d",
      date: "2026-01-02", author: [{ display: "A" }], content: [{ attachment }],
    },
    read: (all) => notesOf(all, []),
  },
  letters: {
    sound: {
      resourceType: "Composition", id: "1", status: "final", title: "L", date: "2026-01-02", author: [{ display: "A" }], text: narrative,
      section: [{ title: "S", text: narrative, section: [{ title: "T", text: narrative }] }],
    },
    read: (all) => notesOf([], all),
  },
  reports: {
    sound: {
      resourceType: "DiagnosticReport", id: "1", status: "final", code: concept("r"), issued: "2026-01-02", performer: [{ display: "A" }],
      conclusion: "nothing found", presentedForm: [attachment],
    },
    read: (all) => documentsOf([], all),
  },
};

const inherited = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
let deep: unknown = "deep";
for (let depth = 0; depth < 2000; depth += 1) deep = { section: [deep], coding: [deep], text: deep };
const long = "x".repeat(50_000);
const odd: unknown[] = [
  undefined, null, 0, -1, Infinity, true, "", "constructor", long, " ".repeat(50_000), "<".repeat(50_000), [], [null], [[]], [1], {},
  { constructor: 1 }, { toString: null }, { length: 3 }, [{ coding: "x" }], [{ coding: [null, 7] }], deep,
  ...inherited.map((code) => concept(code)), ...inherited.map((code) => [concept(code)]),
];

/** The resource with each of its members, however deep, once as each odd thing. */
function* mangled(sound: unknown, put: (inner: unknown) => unknown = (inner) => inner): Generator<unknown> {
  for (const each of odd) yield put(each);
  if (typeof sound !== "object" || sound === null) return;
  for (const [member, inner] of Object.entries(sound))
    yield* mangled(inner, (changed) =>
      put(Array.isArray(sound) ? sound.map((each: unknown, at) => (String(at) === member ? changed : each)) : { ...sound, [member]: changed }),
    );
}

/** Holds something that is no text, number, true or false: that would break the page. */
function unshowable(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(unshowable);
  return value !== null && !["string", "number", "boolean"].includes(typeof value);
}

for (const [name, { sound, read }] of Object.entries(readers)) {
  test(`${name}: whatever a member is, nothing is thrown, and the one beside it stays`, () => {
    const [whole] = read([sound]);
    expect(whole, "it can be read").toBeDefined();
    expect(JSON.stringify(whole)).not.toContain(texts.chart.unreadable);
    const beside = { ...sound, id: "beside" };
    let tried = 0;
    const wrong: unknown[] = [];
    for (const one of mangled(sound)) {
      const told = read([one, beside]);
      if (!told.some((each) => Object.values(each as object).some((value) => String(value).includes("beside")))) wrong.push(["gone", one]);
      if (unshowable(told)) wrong.push(["unshowable", one]);
      tried += 1;
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(tried).toBeGreaterThan(200);
  });

  test(`${name}: what cannot be read is not passed over`, () => {
    for (const one of [null, "text", 7, [], Object.fromEntries(Object.keys(sound).map((member) => [member, 7]))])
      expect(JSON.stringify(read([one])), JSON.stringify(one).slice(0, 80)).toContain(texts.chart.unreadable);
  });
}

test("a name that every object has is no mark, no scope, no class and no entity", () => {
  for (const code of inherited) {
    expect(known(texts.problems, code)).toBeUndefined();
    const [reading] = readingsOf([{ ...readers["readings"]!.sound, valueQuantity: { value: 3 }, interpretation: [concept(code)] }]);
    expect(reading?.measured[0]?.mark).toBeNull();
    expect(directives([{ ...readers["directives"]!.sound, scope: { coding: [{ code }] } }])[0]?.main).toBe(code);
    expect(plainText(`&${code};`)).toBe(`&${code};`);
  }
  expect(readingsOf([readers["readings"]!.sound])[0]?.measured[0]?.mark).toBe("high");
});

test("a result stands for another only where system, code, unit and group are the same", () => {
  const sound = readers["readings"]!.sound;
  let count = 0;
  const of = (text: string, system: string | undefined, code: string | undefined, unit: string, category = "laboratory") => ({
    ...sound, id: String((count += 1)), category: [concept("x"), concept(category)], component: [],
    effectiveDateTime: new Date(Date.UTC(2026, 0, 1) + count * 60_000).toISOString(),
    code: { text, coding: code === undefined ? [] : [{ system, code }] }, valueQuantity: { value: count, unit },
  });
  const named = (all: unknown[]) => newestOfEach(readingsOf(all), "laboratory").map(({ label }) => label);
  const potassium = of("Potassium", "http://loinc.org", "2823-3", "mmol/L");
  for (const other of [
    of("Bed number", "urn:somebody", "2823-3", "mmol/L"), of("Bed number", undefined, "2823-3", "mmol/L"),
    of("Bed number", "http://loinc.org", "2823-4", "mmol/L"), of("Bed number", "http://loinc.org", "2823-3", "mg/dL"),
    of("2823-3", undefined, undefined, "mmol/L"),
  ]) {
    expect(named([other, potassium])).toEqual([other.code.text, "Potassium"]);
    expect(named([potassium, other])).toEqual([other.code.text, "Potassium"]);
  }
  for (const category of ["vital-signs", "else"])
    expect(named([of("Bed number", "http://loinc.org", "2823-3", "mmol/L", category), potassium])).toEqual(["Potassium"]);
  // What is the same is one, and is called what it is called now.
  const now = of("Potassium (serum)", "http://loinc.org", "2823-3", "mmol/L");
  for (const all of [[now, potassium], [potassium, now]])
    expect(seriesOf(readingsOf(all)).map(({ label, readings }) => [label, readings.length])).toEqual([["Potassium (serum)", 2]]);
  expect(named([of("Sodium", undefined, undefined, "mmol/L"), of("Sodium", undefined, undefined, "mmol/L")])).toEqual(["Sodium"]);
});

test("what has no room on an axis is not drawn", () => {
  const line = (values: (number | null)[], low: number | null = null, high: number | null = null) => ({ label: "", unit: "", times: values.map((_, at) => at), values, low, high });
  for (const values of [[0, 1], [5, 5], [0, 0], [null, 4], [-1e12, 1e12], [1, 1 + 1e-8], [1e-300, 2e-300], [1e12, 1e12 - 1e4]])
    expect(drawable([line(values)]), String(values)).toBe(true);
  for (const values of [[1e16, 1e16 + 2], [0, 1.001e12], [0, -1e300], [1, 1 + 1e-10], [-1e12, -1e12 + 1], [0, Infinity]])
    expect(drawable([line(values)]), String(values)).toBe(false);
  expect(drawable([line([4, 5], 3, 1e300)]), "a bound is on the axis too").toBe(false);
  expect(drawable([line([4, 5]), line([1e16, null])]), "and so is every line").toBe(false);
});

test("a person is as much as can be read of them", () => {
  for (const one of mangled({ resourceType: "Patient", id: "p", name: [{ use: "official", text: "N", given: ["G"], family: "F" }], birthDate: "2000-01-02", gender: "male" }))
    if (unshowable(personOf(one))) throw new Error(`cannot be shown: ${JSON.stringify(one).slice(0, 200)}`);
  expect(personOf({ id: "p", name: 7, birthDate: "2000-01-02" })).toEqual({ id: "p", name: "", birth_date: "2000-01-02", gender: null });
});

test("a long text without an end is read in no time", () => {
  const began = performance.now();
  for (const each of [" ", "<", "&", "\n", "\t", "<br", "</td "]) plainText(each.repeat(500_000));
  expect(performance.now() - began).toBeLessThan(3000);
});

test("no cell of a table is a formula, however it begins, and each stands in quotes", () => {
  const formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\u200b=1", "\ufeff@x", "＝1", "＋1", "－1", "＠x", " ＝1", "﹢1", "\u2003-1", "\ttext"];
  for (const formula of formulas) expect(csv([[formula]])).toBe(`\ufeff"'${formula}"\r\n`);
  for (const plain of ["", "a=b", "2026-01-02", "p-000001", "Ångström", "a;b"]) expect(csv([[plain]])).toBe(`\ufeff"${plain}"\r\n`);
  expect(csv([['say "no"', "a,b"], ["line\nline", "=\"x\""]])).toBe('\ufeff"say ""no""","a,b"\r\n"line\nline","\'=""x"""\r\n');
});

test("news that never stop coming are looked into all the same, and by one at a time", async () => {
  let [looks, under, most] = [0, 0, 0];
  const gathered = new Gathered(async () => {
    looks += 1;
    under += 1;
    most = Math.max(most, under);
    await new Promise((done) => setTimeout(done, 20));
    under -= 1;
    if (looks === 2) throw new Error("the server is away");
  }, 30);
  let news = 0;
  const flood = setInterval(() => {
    news += 1;
    gathered.ask();
  }, 2);
  await expect.poll(() => looks).toBeGreaterThan(3);
  clearInterval(flood);
  expect(most).toBe(1);
  expect(looks).toBeLessThan(news);
  gathered.stop();
});
