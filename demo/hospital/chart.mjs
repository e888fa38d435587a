// chart.mjs - the years of one patient, as FHIR resources and as the relations that the hospital knows of.
import { allergens, events, illnesses, labels, measures, medicines, reports, safetyFlags, specialties, systems, vaccines } from './catalogue.mjs';
import { address, nhsNumber, telephone } from './names.mjs';

export const hour = 3_600_000;
export const day = 24 * hour;
export const year = 365.25 * day;
const relations_kept = 2 * year;     // how far back admissions and check-ins are told as relations
const encounters_kept = 90 * day;    // likewise who saw whom
const terminology = 'http://terminology.hl7.org/CodeSystem';

export const iso = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
export const date = (ms) => new Date(ms).toISOString().slice(0, 10);
export const patientId = (number) => `p-${String(number).padStart(6, '0')}`;

const concept = (system, [code, display]) => ({ coding: [{ system, code, display }], text: display });
const coded = (name, code) => ({ coding: [{ system: `${terminology}/${name}`, code }] });
const reference = (type, id) => ({ reference: `${type}/${id}` });

const security = (label) =>
  labels[label]?.map(([code, display], i) => ({ system: i === 0 ? systems.label : systems.confidentiality, code, display }));

/** Writes resources down with ids that count per type and patient, and remembers relations. */
class Chart {
  #counts = {};

  constructor(person, world, random) {
    this.person = person;
    this.world = world;
    this.random = random;
    this.now = world.now;
    this.patient = reference('Patient', person.id);
    this.born = Date.parse(person.birthDate);
    this.resources = [];
    this.facts = [];
  }

  ageAt(time) {
    return (time - this.born) / year;
  }

  /** So long after the encounter began, but not in the future. */
  during(encounter, later) {
    return Math.min(encounter.start + later, this.now - 60_000);
  }

  add(resourceType, prefix, time, fields, label) {
    const n = (this.#counts[prefix] = (this.#counts[prefix] ?? 0) + 1);
    const id = prefix === 'p' ? this.person.id : `${prefix}-${this.person.id.slice(2)}-${n}`;
    const meta = { versionId: '1', lastUpdated: iso(Math.min(time, this.now - 1000)) };
    if (label) meta.security = security(label);
    this.resources.push({ resourceType, id, meta, ...fields });
    return id;
  }

  fact(relation, from, to, start, end, source) {
    const known_end = end !== undefined && end <= this.now ? { end: iso(end) } : {};
    this.facts.push({ relation, from, to, start: iso(start), ...known_end, ...(source && { source }) });
  }

  get node() {
    return `patient/${this.person.id}`;
  }
}

/** The chart of `person`: { resources, facts }. */
export function chartOf(person, world, random) {
  const chart = new Chart(person, world, random);
  const story = person.story;
  const registered = Math.max(chart.born, world.now - random.between(3, world.years) * year);

  register(chart, registered);
  const insured = story ? true : random.chance(0.38);
  if (insured) insure(chart, registered);
  allergies(chart, registered);
  immunise(chart, registered);

  const referred = new Set();
  for (const key of illnessesOf(chart, registered)) live(chart, illnesses[key], registered, referred);
  for (const { key, time, stay } of eventsOf(chart, registered)) happen(chart, events[key], time, stay);
  if (story) followStory(chart, story);
  if (insured) claim(chart);
  remarks(chart);
  return chart;
}

function register(chart, registered) {
  const { person, random } = chart;
  const { given, family } = person.name;
  chart.add('Patient', 'p', registered, {
    identifier: [
      { use: 'usual', system: 'https://st-elsewhere.example/mrn', value: `MRN${person.id.slice(2)}` },
      { use: 'official', system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber(person.number) },
    ],
    active: true,
    name: [{ use: 'official', family, given: given.split(' ') }],
    telecom: [{ system: 'phone', value: telephone(random), use: 'home' }],
    gender: person.gender,
    birthDate: person.birthDate,
    address: [address(random)],
    generalPractitioner: [reference('Organization', `gp-${random.whole(1, 6)}`)],
    managingOrganization: reference('Organization', 'st-elsewhere'),
  });
}

function insure(chart, registered) {
  chart.payor = reference('Organization', `insurer-${chart.random.whole(1, 3)}`);
  chart.coverage = chart.add('Coverage', 'cov', registered, {
    status: 'active',
    type: coded('v3-ActCode', 'EHCPOL'),
    subscriberId: `S${chart.random.whole(10_000_000, 99_999_999)}`,
    beneficiary: chart.patient,
    relationship: coded('subscriber-relationship', 'self'),
    period: { start: date(registered) },
    payor: [chart.payor],
  });
}

function allergies(chart, registered) {
  const { random, person } = chart;
  const chosen = person.story?.allergies ?? (random.chance(0.27) ? [random.whole(0, allergens.length - 1)] : []);
  for (const i of chosen) {
    const [code, display, reaction, criticality] = allergens[i];
    const severe = criticality === 'high';
    chart.add('AllergyIntolerance', 'alg', registered, {
      clinicalStatus: coded('allergyintolerance-clinical', 'active'),
      verificationStatus: coded('allergyintolerance-verification', 'confirmed'),
      type: 'allergy',
      criticality,
      code: concept(systems.snomed, [code, display]),
      patient: chart.patient,
      recordedDate: iso(registered),
      reaction: [{ manifestation: [concept(systems.snomed, reaction)], severity: severe ? 'severe' : 'mild' }],
    });
  }
}

function immunise(chart, registered) {
  const { random, now } = chart;
  const give = (key, time) => {
    if (time < Math.max(registered, chart.born) || time > now) return;
    chart.add('Immunization', 'imm', time, {
      status: 'completed',
      vaccineCode: concept(systems.cvx, vaccines[key]),
      patient: chart.patient,
      occurrenceDateTime: date(time),
      primarySource: true,
      lotNumber: `L${random.whole(1000, 9999)}`,
    });
  };
  for (const months of [2, 3, 4, 40]) give('dtap', chart.born + (months / 12) * year);
  for (const months of [13, 40]) give('mmr', chart.born + (months / 12) * year);
  const age = chart.ageAt(now);
  if (age > 64) give('pneumococcal', chart.born + 65.2 * year);
  const yearly = age > 64 ? 0.75 : age > 17 ? 0.15 : 0.1;
  for (let back = 0; back < 5; back += 1) {
    if (random.chance(yearly)) give('influenza', now - (back * 365 + random.whole(20, 80)) * day);
  }
  if (age > 17 && random.chance(0.4)) give('covid', now - random.whole(200, 900) * day);
  if (age > 17 && random.chance(0.1)) give('tetanus', now - random.whole(100, 2500) * day);
}

function illnessesOf(chart, registered) {
  const { random, person } = chart;
  if (person.story) return person.story.illnesses;
  const age = chart.ageAt(chart.now);
  const raised = {};
  const found = [];
  for (const [key, illness] of Object.entries(illnesses)) {
    const likely = age < (illness.from ?? 18) ? 0 : illness.likely(age, person.gender) * (raised[key] ?? 1);
    if (!random.chance(likely)) continue;
    if (chart.now - registered < 60 * day) continue;
    found.push(key);
    Object.assign(raised, illness.raises);
  }
  return found;
}

function eventsOf(chart, registered) {
  const { random, person, now } = chart;
  const { story } = person;
  if (story) return story.events.map(({ key, daysAgo, stay }) => ({ key, time: now - daysAgo * day, stay }));

  const eligible = (time, filter) =>
    Object.entries(events)
      .filter(([, event]) => filter(event))
      .map(([key, event]) => [event.likely(chart.ageAt(time), person.gender), key]);
  const found = [];
  const age = chart.ageAt(now);
  const rate = age > 70 ? 0.16 : age < 5 ? 0.2 : 0.08;  // a year
  const years = (now - registered) / year;
  for (let at = 0; at < years; at += 1) {
    if (!random.chance(rate)) continue;
    const time = registered + random.between(at, Math.min(years, at + 1)) * year;
    if (time > now - 45 * day || time < chart.born + 10 * day) continue;
    found.push({ key: random.weighted(eligible(time, () => true)), time });
  }
  if (random.chance(0.05)) {
    const time = now - random.between(0.2, 8) * day;
    if (time > chart.born + day) {
      found.push({ key: random.weighted(eligible(time, (event) => event.days[1] > 0)), time, stay: 'now' });
    }
  } else if (random.chance(0.008)) {
    const time = now - random.between(0.5, 8) * hour;
    found.push({ key: random.weighted(eligible(time, () => true)), time, stay: 'emergency' });
  }
  return found;
}

// One encounter with its vital signs; { id, start, end, staff, label }.
function meet(chart, { kind, team, start, end, staff, reason, label, ward }) {
  const places = { AMB: 'outpatients', EMER: 'emergency-department', IMP: ward };
  const over = end !== undefined && end <= chart.now;
  const id = chart.add('Encounter', 'enc', start, {
    status: over ? 'finished' : 'in-progress',
    class: { system: `${terminology}/v3-ActCode`, code: kind },
    type: [{ text: { AMB: 'Outpatient visit', EMER: 'Emergency attendance', IMP: 'Hospital admission' }[kind] }],
    serviceType: { text: specialties[team].name },
    subject: chart.patient,
    participant: [{ individual: reference('Practitioner', staff) }],
    period: { start: iso(start), ...(over && { end: iso(end) }) },
    reasonCode: [concept(systems.snomed, reason)],
    location: [{ location: reference('Location', places[kind]) }],
    serviceProvider: reference('Organization', 'st-elsewhere'),
  }, label);
  const encounter = { id, start, end, staff, label, team };
  if (chart.now - start < encounters_kept) chart.fact('encounter', `staff/${staff}`, chart.node, start, end ?? undefined);
  vitals(chart, encounter);
  return encounter;
}

function quantity([, , unit, ucum, digits], value) {
  return { value: Number(value.toFixed(digits)), unit, system: systems.ucum, code: ucum };
}

function observe(chart, encounter, category, fields, time) {
  return chart.add('Observation', 'obs', time, {
    status: 'final',
    category: [coded('observation-category', category)],
    ...fields,
    subject: chart.patient,
    encounter: reference('Encounter', encounter.id),
    effectiveDateTime: iso(time),
    performer: [reference('Practitioner', encounter.staff)],
  }, encounter.label);
}

function vitals(chart, encounter) {
  const { random } = chart;
  const time = chart.during(encounter, 10 * 60_000);
  const age = chart.ageAt(time);
  const vital = (code, display, unit, ucum, value, digits = 0) =>
    observe(chart, encounter, 'vital-signs', {
      code: concept(systems.loinc, [code, display]),
      valueQuantity: quantity([code, display, unit, ucum, digits], value),
    }, time);
  if (age > 6) {
    const systolic = 104 + Math.min(age, 80) * 0.38 + (chart.pressure ?? 0) + random.bell() * 9;
    const part = (code, display, value) => ({
      code: concept(systems.loinc, [code, display]),
      valueQuantity: quantity(['', '', 'mmHg', 'mm[Hg]', 0], value),
    });
    observe(chart, encounter, 'vital-signs', {
      code: concept(systems.loinc, ['85354-9', 'Blood pressure panel with all children optional']),
      component: [
        part('8480-6', 'Systolic blood pressure', systolic),
        part('8462-4', 'Diastolic blood pressure', systolic * 0.6 + random.bell() * 4),
      ],
    }, time);
  }
  if (random.chance(0.5)) vital('8867-4', 'Heart rate', '/min', '/min', (age < 6 ? 108 : 74) + random.bell() * 9);
  if (random.chance(0.45)) {
    chart.grown ??= 71 + random.bell() * 12;
    const weight = age > 18 ? chart.grown : 4 + age * ((chart.grown - 4) / 18);
    vital('29463-7', 'Body weight', 'kg', 'kg', weight + random.bell(), 1);
  }
  if (random.chance(0.2)) vital('59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry', '%', '%', Math.min(100, 97 + random.bell()));
}

// Laboratory results of one encounter, with the report that gathers them.
function test(chart, encounter, results) {
  const time = chart.during(encounter, 2 * hour);
  const result = results.map(([key, value]) => {
    const [code, display, , , digits, low, high] = measures[key];
    const measure = measures[key];
    const rounded = Number(Math.max(0, value).toFixed(digits));
    const flag = rounded > high ? 'H' : rounded < low ? 'L' : 'N';
    const category = ['phq9', 'fev1', 'peakflow'].includes(key) ? 'exam' : 'laboratory';
    const id = observe(chart, encounter, category, {
      code: concept(systems.loinc, [code, display]),
      valueQuantity: quantity(measure, rounded),
      interpretation: [coded('v3-ObservationInterpretation', flag)],
      referenceRange: [{ low: quantity(measure, low), high: quantity(measure, high) }],
    }, time);
    return { id, category };
  });
  const laboratory = result.filter(({ category }) => category === 'laboratory');
  if (laboratory.length > 1) report(chart, encounter, 'laboratory', 'LAB', laboratory.map(({ id }) => reference('Observation', id)));
}

function report(chart, encounter, key, section, result) {
  const [code, display, conclusion] = reports[key];
  const time = chart.during(encounter, 3 * hour);
  chart.add('DiagnosticReport', 'rep', time, {
    status: 'final',
    category: [coded('v2-0074', section)],
    code: concept(systems.loinc, [code, display]),
    subject: chart.patient,
    encounter: reference('Encounter', encounter.id),
    effectiveDateTime: iso(time),
    issued: iso(time),
    performer: [reference('Practitioner', encounter.staff)],
    ...(result && { result }),
    ...(conclusion && { conclusion }),
  }, encounter.label);
}

function diagnose(chart, encounter, code, onset, ended) {
  const id = chart.add('Condition', 'cond', onset, {
    clinicalStatus: coded('condition-clinical', ended ? 'resolved' : 'active'),
    verificationStatus: coded('condition-ver-status', 'confirmed'),
    category: [coded('condition-category', ended ? 'encounter-diagnosis' : 'problem-list-item')],
    code: concept(systems.snomed, code),
    subject: chart.patient,
    encounter: reference('Encounter', encounter.id),
    onsetDateTime: date(onset),
    ...(ended && { abatementDateTime: date(ended) }),
    recordedDate: iso(onset),
    asserter: reference('Practitioner', encounter.staff),
  }, encounter.label);
  return reference('Condition', id);
}

function prescribe(chart, encounter, key, condition, status) {
  const [code, display, dose] = medicines[key];
  const time = chart.during(encounter, hour);
  chart.add('MedicationRequest', 'med', time, {
    status,
    intent: 'order',
    medicationCodeableConcept: concept(systems.rxnorm, [code, display]),
    subject: chart.patient,
    encounter: reference('Encounter', encounter.id),
    authoredOn: iso(time),
    requester: reference('Practitioner', encounter.staff),
    ...(condition && { reasonReference: [condition] }),
    dosageInstruction: [{ text: dose }],
  }, encounter.label);
}

function operate(chart, encounter, code) {
  const time = chart.during(encounter, 5 * hour);
  chart.add('Procedure', 'proc', time, {
    status: 'completed',
    code: concept(systems.snomed, code),
    subject: chart.patient,
    encounter: reference('Encounter', encounter.id),
    performedDateTime: iso(time),
    performer: [{ actor: reference('Practitioner', encounter.staff) }],
  }, encounter.label);
}

const documents = {
  letter: ['11488-4', 'Consult note'],
  discharge: ['18842-5', 'Discharge summary'],
  emergency: ['34111-5', 'Emergency department Note'],
  therapy: ['28627-2', 'Psychiatry Progress note'],
};

function write(chart, encounter, kind, lines) {
  const { person, world } = chart;
  const time = Math.min(encounter.end ?? encounter.start + 4 * hour, chart.now - 60_000);
  const text = [
    'St. Elsewhere Hospital',
    `${documents[kind][1]}, ${date(time)}`,
    `Patient: ${person.name.given} ${person.name.family}, born ${person.birthDate}, ${person.id}`,
    '',
    ...lines,
    '',
    world.nameOf(encounter.staff),
    '',
  ].join('\n');
  chart.add('DocumentReference', 'doc', time, {
    status: 'current',
    docStatus: 'final',
    type: concept(systems.loinc, documents[kind]),
    category: [{ coding: [{ system: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category', code: 'clinical-note' }] }],
    subject: chart.patient,
    date: iso(time),
    author: [reference('Practitioner', encounter.staff)],
    content: [{
      attachment: {
        contentType: 'text/plain; charset=utf-8',
        language: 'en-GB',
        data: Buffer.from(text, 'utf8').toString('base64'),
        title: documents[kind][1],
        creation: iso(time),
      },
    }],
    context: { encounter: [reference('Encounter', encounter.id)] },
  }, encounter.label);
}

// A long illness: onset, referral, visits with a trend, treatment, letters.
function live(chart, illness, registered, referred) {
  const { random, now, person, world } = chart;
  const { story } = person;
  const { team, label } = illness;
  if (illness.code[0] === '59621000') chart.pressure = 14;
  const latest = now - (story ? encounters_kept + 60 * day : 45 * day);
  const adult = Math.max(registered, chart.born + (illness.from ?? 18) * year);
  const onset = random.between(Math.min(adult, latest), latest);
  const staff = story?.staff?.[team] ?? world.pick(random, team, person.is);
  const wanted = illness.visits * ((now - onset) / year) * 0.75 + 1;
  const visits = Math.max(1, Math.min(8, Math.round(wanted)));
  // In a story nobody has been seen lately but by those of whom it is told.
  const last = Math.max(onset, now - (story ? encounters_kept + 30 * day : 20 * day));
  const gap = (last - onset) / visits;

  let condition;
  for (let i = 0; i < visits; i += 1) {
    const start = atClinic(onset + gap * (i + (i === 0 ? 0 : random.between(-0.2, 0.2))), random);
    const visit = meet(chart, { kind: 'AMB', team, start, end: start + hour / 2, staff, reason: illness.code, label });
    if (i === 0) {
      condition = diagnose(chart, visit, illness.code, start);
      for (const [key, likely] of illness.medicines) if (random.chance(likely)) prescribe(chart, visit, key, condition, 'active');
      write(chart, visit, 'letter', firstLetter(illness));
      if (illness.plan) plan(chart, visit, illness.plan, condition);
      if (illness.procedure && random.chance(illness.procedureChance ?? 0.8)) operate(chart, visit, illness.procedure);
      if (illness.report) report(chart, visit, illness.report, 'RAD');
    } else if (i === visits - 1) {
      write(chart, visit, 'letter', lastLetter(illness));
    }
    const settled = 1 - Math.exp(-i / 1.5);
    test(chart, visit, illness.tests.map(([key, first, last, spread]) => [key, first + (last - first) * settled + random.bell() * spread]));
  }
  if (illness.therapy && (story ? story.therapist : random.chance(illness.therapy))) talk(chart, onset, illness.code);

  if (story || referred.has(team) || (illness.rarelyReferred && !random.chance(0.3))) return;
  referred.add(team);
  const start = onset + random.between(1, 20) * day;
  const closed = random.chance(0.4) ? random.between(start + day, Math.max(start + 2 * day, now - day)) : undefined;
  if (closed !== undefined && now - closed > relations_kept) return;
  chart.fact('referral', `team/${team}`, chart.node, start, closed);
}

const firstLetter = ({ code, medicines: given }) => [
  `Thank you for referring this patient, seen today in clinic with ${code[1].toLowerCase()}.`,
  `The findings and the natural course were explained. ${given.length > 0 ? 'Treatment was started as listed.' : 'No medicines are needed for now.'}`,
  'We will see the patient again in clinic; please repeat the tests before that.',
];

const lastLetter = ({ code }) => [
  `Review of known ${code[1].toLowerCase()}. The patient manages well and takes the medicines as prescribed.`,
  'Results have moved in the right direction since the first visit. No change of treatment.',
];

function atClinic(time, random) {
  return Math.floor(time / day) * day + (8 + random.whole(0, 8)) * hour + random.pick([0, 15, 30, 45]) * 60_000;
}

// Sessions of psychotherapy: encounters anybody on the team may see, notes that almost nobody may.
function talk(chart, onset, reason) {
  const { random, world, now, person } = chart;
  const team = 'psychological-therapies';
  const staff = person.story?.therapist ?? world.pick(random, team, person.is);
  const sessions = person.story ? 6 : random.whole(3, 6);
  const first = person.story ? now - 70 * day : random.between(onset, Math.max(onset, now - 60 * day));
  for (let i = 0; i < sessions; i += 1) {
    const start = atClinic(first + i * 10 * day, random);
    if (start + hour > now) break;
    const session = meet(chart, { kind: 'AMB', team, start, end: start + hour, staff, reason });
    write(chart, { ...session, label: 'psychotherapy' }, 'therapy', [
      `Session ${i + 1}. ${random.pick(['Spoke about sleep and the weeks since the last session.', 'Spoke about the father, for the first time at length.', 'Spoke about work, and about going back to it.', 'Kept a diary as agreed; three better days.'])}`,
      random.pick(['No thoughts of self-harm.', 'Some hopelessness, no plans; knows whom to call.', 'Lighter mood than last time.']),
      'What is said here stays in these notes.',
    ]);
  }
  if (!person.story && first > now - relations_kept) {
    chart.fact('referral', `team/${team}`, chart.node, first - 10 * day, random.chance(0.5) ? first + 120 * day : undefined);
  }
}

function plan(chart, encounter, title, condition) {
  chart.add('CarePlan', 'plan', encounter.start, {
    status: 'active',
    intent: 'plan',
    title,
    subject: chart.patient,
    encounter: reference('Encounter', encounter.id),
    period: { start: date(encounter.start) },
    created: iso(encounter.start),
    author: reference('Practitioner', encounter.staff),
    addresses: [condition],
    activity: [
      { detail: { status: 'in-progress', description: 'Take the medicines as prescribed' } },
      { detail: { status: 'scheduled', description: 'Return to clinic with fresh results' } },
    ],
  }, encounter.label);
}

// Something sudden: the emergency department, as a rule a bed, and home again.
// `stay` is 'now' (still in bed), 'emergency' (still in the department), or nothing (over).
function happen(chart, event, time, stay) {
  const { random, now, world, person } = chart;
  const nights = event.days[1] === 0 ? 0 : random.whole(...event.days);
  const inEmergency = stay === 'emergency';
  const left = inEmergency ? undefined : Math.min(time + random.between(1.5, 6) * hour, now - 20 * 60_000);
  const doctor = person.story?.staff?.['emergency-medicine'] ?? world.pick(random, 'emergency-medicine', person.is);
  const visit = meet(chart, { kind: 'EMER', team: 'emergency-medicine', start: time, end: left, staff: doctor, reason: event.code });
  if (now - time < relations_kept) {
    chart.fact('checked_in', chart.node, 'unit/emergency-department', time, left, 'adt');
  }
  test(chart, visit, event.tests.map(([key, value]) => [key, value * random.between(0.9, 1.1)]));
  if (event.report) report(chart, visit, event.report, 'RAD');
  if (inEmergency) {
    diagnose(chart, visit, event.code, time);
    return;
  }
  if (nights === 0) {
    diagnose(chart, visit, event.code, time, left);
    prescribe(chart, visit, event.medicine, undefined, 'completed');
    if (event.procedure) operate(chart, visit, event.procedure);
    write(chart, visit, 'emergency', [`Seen with ${event.code[1].toLowerCase()}, treated, discharged home the same day.`]);
    return;
  }
  const { team } = event;
  const ward = specialties[team].ward;
  const discharged = stay === 'now' ? undefined : Math.min(left + nights * day, now - day);
  const consultant = person.story?.staff?.[team] ?? world.pick(random, team, person.is);
  const admission = meet(chart, { kind: 'IMP', team, ward, start: left, end: discharged, staff: consultant, reason: event.code });
  const condition = diagnose(chart, admission, event.code, time, discharged);
  prescribe(chart, admission, event.medicine, condition, discharged ? 'completed' : 'active');
  if (event.procedure) operate(chart, admission, event.procedure);
  if (discharged) {
    write(chart, admission, 'discharge', [
      `Admitted ${date(left)}, discharged ${date(discharged)} from ${ward}. Diagnosis: ${event.code[1].toLowerCase()}.`,
      'Recovered as expected. Medicines at discharge as listed; the family doctor is asked to review in a week.',
    ]);
  }
  if (now - (discharged ?? now) < relations_kept) {
    chart.fact('admitted', chart.node, `unit/${ward}`, left, discharged, 'adt');
    chart.fact('attending', `staff/${consultant}`, chart.node, left, discharged);
  }
}

function followStory(chart, story) {
  for (const { team, daysAgo, closedDaysAgo } of story.referrals) {
    const end = closedDaysAgo === undefined ? undefined : chart.now - closedDaysAgo * day;
    chart.fact('referral', `team/${team}`, chart.node, chart.now - daysAgo * day, end);
  }
}

const code_of_claim = { AMB: 'professional', EMER: 'institutional', IMP: 'institutional' };

function claim(chart) {
  const { random } = chart;
  const encounters = chart.resources.filter((r) => r.resourceType === 'Encounter' && r.status === 'finished');
  for (const encounter of encounters.slice(-4)) {
    const time = Date.parse(encounter.period.end) + 2 * day;
    if (time > chart.now) continue;
    const label = encounter.meta.security && Object.keys(labels).find((key) => labels[key][0][0] === encounter.meta.security[0].code);
    const type = coded('claim-type', code_of_claim[encounter.class.code]);
    const total = { value: encounter.class.code === 'IMP' ? random.whole(1800, 9400) : random.whole(90, 420), currency: 'GBP' };
    const shared = {
      status: 'active',
      type,
      use: 'claim',
      patient: chart.patient,
      created: iso(time),
      insurer: chart.payor,
      provider: reference('Organization', 'st-elsewhere'),
      diagnosis: [{ sequence: 1, diagnosisCodeableConcept: encounter.reasonCode[0] }],
      insurance: [{ focal: true, coverage: reference('Coverage', chart.coverage) }],
    };
    const item = {
      sequence: 1,
      productOrService: { text: encounter.type[0].text },
      servicedDate: encounter.period.start.slice(0, 10),
      net: total,
      encounter: [reference('Encounter', encounter.id)],
    };
    const id = chart.add('Claim', 'clm', time, {
      ...shared,
      priority: coded('processpriority', 'normal'),
      insurance: [{ sequence: 1, ...shared.insurance[0] }],
      item: [item],
      total,
    }, label);
    const later = time + 12 * day;
    if (later > chart.now) continue;
    chart.add('ExplanationOfBenefit', 'eob', later, {
      ...shared,
      created: iso(later),
      claim: reference('Claim', id),
      outcome: 'complete',
      item: [item],
      total: [{ category: coded('adjudication', 'submitted'), amount: total }],
      payment: { amount: { value: Math.round(total.value * random.between(0.7, 1)), currency: 'GBP' } },
    }, label);
  }
}

// Consents and flags.
function remarks(chart) {
  const { random, now, person } = chart;
  const { story } = person;
  const consent = (time, type, provision) =>
    chart.add('Consent', 'cons', time, {
      status: 'active',
      scope: coded('consentscope', 'patient-privacy'),
      category: [concept(systems.loinc, ['59284-0', 'Patient Consent'])],
      patient: chart.patient,
      dateTime: iso(time),
      organization: [reference('Organization', 'st-elsewhere')],
      policyRule: coded('v3-ActCode', type),
      provision,
    });
  if (person.excludes) {
    const time = now - 100 * day;
    consent(time, 'OPTIN', {
      type: 'deny',
      actor: [{ role: coded('v3-ParticipationType', 'IRCP'), reference: reference('Practitioner', person.excludes) }],
    });
    chart.fact('excludes', chart.node, `staff/${person.excludes}`, time);
  } else if (story || random.chance(0.12)) {
    consent(now - random.whole(60, 900) * day, 'OPTIN', { type: 'permit', purpose: [{ system: `${terminology}/v3-ActReason`, code: 'TREAT' }] });
  }
  if (story || random.chance(chart.ageAt(now) > 75 ? 0.3 : 0.04)) {
    const time = now - random.whole(30, 700) * day;
    chart.add('Flag', 'flag', time, {
      status: 'active',
      category: [coded('flag-category', 'safety')],
      code: concept(systems.snomed, story ? safetyFlags[0] : random.pick(safetyFlags)),
      subject: chart.patient,
      period: { start: iso(time) },
    });
  }
}
