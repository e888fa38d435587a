#!/usr/bin/env node
// generate.mjs - makes up a hospital: its staff, its patients with years of records, and who has to do with whom.
//
// The same seed, sizes and date give the same bytes. Nothing here is about a real person.
import { once } from 'node:events';
import { createWriteStream, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { specialties, wards } from './hospital/catalogue.mjs';
import { chartOf, date, day, iso, patientId, year } from './hospital/chart.mjs';
import { passphrase, personName } from './hospital/names.mjs';
import { Random } from './hospital/random.mjs';
import { cast, patients as story } from './hospital/story.mjs';

export const smallest = { staff: 60, patients: story.length };

const emergency = 'emergency-department';

/** @returns {{ hospital: object, resources: Iterable<object> }} `hospital` is complete once `resources` is read. */
export function generate({ seed = 1, staff = 300, patients = 3000, years = 10, now } = {}) {
  const today = now ?? Math.floor(Date.now() / day) * day;
  if (staff < smallest.staff || patients < smallest.patients) {
    throw new Error(`at least ${smallest.staff} staff and ${smallest.patients} patients are needed`);
  }
  const world = makeWorld({ seed, now: today, years });
  employ(world, staff);
  const hospital = {
    hospital: 'St. Elsewhere',
    note: 'Everybody here is made up. The passwords are for the demonstration only and follow from the seed.',
    timezone: 'Europe/London',
    seed,
    now: iso(today),
    sizes: { staff, patients, resources: 0 },
    staff: world.staff.map(({ id, name, roles, department }) => ({ id, name, roles, department })),
    terminals: terminals(),
    facts: world.facts,
    flags: [],
    cast: cast.map(({ id, why }) => ({ id, password: passphrase(new Random(`${seed}/password/${id}`)), why })),
    story: story.map(({ given, family, why }, i) => ({ patient: patientId(i + 1), name: `${given} ${family}`, why })),
  };
  return { hospital, resources: records(world, hospital, patients) };
}

function makeWorld({ seed, now, years }) {
  const world = { seed, now, years, staff: [], facts: [], byId: new Map(), groups: new Map() };
  world.stream = (name) => new Random(`${seed}/${name}`);
  world.nameOf = (id) => world.byId.get(id).name;
  // Somebody who is not of the cast: those meet nobody by chance.
  world.pick = (random, team, except) => {
    const members = world.groups.get(team);
    const { id } = random.pick(members);
    return id === except ? members[(members.findIndex((m) => m.id === id) + 1) % members.length].id : id;
  };
  return world;
}

// Letters of ids: those of a name without what stands on or through them.
const whole_letters = { 'ł': 'l', 'ø': 'o', 'đ': 'd', 'ı': 'i' };
const plain = (text) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[łøđı]/g, (letter) => whole_letters[letter])
    .replace(/[^a-z]/g, '');

// How the staff beyond the cast divide: [parts, role, what they do].
const professions = [
  [30, 'physician'],
  [42, 'nurse'],
  [9, 'therapist'],
  [7, 'paramedic'],
  [4, 'registrar'],
  [4, 'billing'],
  [4, 'it-support'],
];
const clinics = Object.keys(specialties).filter((key) => key !== 'psychological-therapies');

function employ(world, count) {
  for (const member of cast) employOne(world, member, world.now - 4 * year);
  for (let i = 0; world.staff.length < count; i += 1) {
    const random = world.stream(`staff/${i}`);
    const gender = random.chance(0.6) ? 'female' : 'male';
    const { given, family } = personName(random, gender);
    let id = `${plain(given)[0]}.${plain(family)}`;
    for (let n = 2; world.byId.has(id); n += 1) id = `${plain(given)[0]}.${plain(family)}${n}`;

    // The first ones fill every team and ward, so that a small hospital has all of them.
    let role = random.weighted(professions);
    let place;
    if (i < clinics.length) [role, place] = ['physician', clinics[i]];
    else if (i < clinics.length + wards.length) [role, place] = ['nurse', wards[i - clinics.length]];
    else if (i === clinics.length + wards.length) role = 'therapist';
    const member = { id, given, family, gender, roles: [role], ...posting(random, role, place) };
    member.name = role === 'physician' ? `Dr ${given} ${family}` : `${given} ${family}`;
    member.birthDate = date(world.now - random.between(23, 64) * year);
    employOne(world, member, world.now - random.between(0.2, 9) * year);
  }
}

function posting(random, role, place) {
  if (role === 'physician') {
    const department = place ?? random.pick(clinics);
    const { ward } = specialties[department];
    if (department === 'emergency-medicine') return { department, teams: [department], units: [emergency] };
    return { department, teams: [department], units: ward && random.chance(0.35) ? [ward] : [] };
  }
  if (role === 'nurse') {
    const where = place ?? random.weighted([[70, 'ward'], [18, emergency], [12, 'clinic']]);
    if (where === 'clinic') {
      const department = random.pick(clinics.filter((key) => key !== 'emergency-medicine'));
      return { department, teams: [department], units: [] };
    }
    const unit = where === 'ward' ? random.pick(wards) : where;
    return { department: unit, teams: [], units: [unit] };
  }
  if (role === 'therapist') return { department: 'psychological-therapies', teams: ['psychological-therapies'], units: [] };
  const departments = { 'paramedic': 'ambulance-service', 'registrar': 'registration', 'billing': 'billing', 'it-support': 'it' };
  return { department: departments[role], teams: [], units: [] };
}

function employOne(world, member, since) {
  const start = `${date(since)}T00:00:00Z`;
  const { id, teams, units } = member;
  world.staff.push(member);
  world.byId.set(id, member);
  for (const team of teams) world.facts.push({ relation: 'member', from: `staff/${id}`, to: `team/${team}`, start });
  for (const unit of units) world.facts.push({ relation: 'works_on', from: `staff/${id}`, to: `unit/${unit}`, start });
  if (cast.includes(member)) return;
  const clinician = member.roles[0] === 'physician' || member.roles[0] === 'therapist';
  for (const team of clinician ? teams : []) {
    if (!world.groups.has(team)) world.groups.set(team, []);
    world.groups.get(team).push(member);
  }
}

function terminals() {
  const at = (place, prefix, count, kind) =>
    Array.from({ length: count }, (_, i) => ({ id: `${prefix}-${i + 1}`, place, kind }));
  return [
    ...at(emergency, 'ed', 6, 'workstation'),
    ...wards.flatMap((ward) => at(ward, ward, 2, 'workstation')),
    ...at('outpatients', 'clinic', 6, 'workstation'),
    ...at('psychological-therapies', 'therapy', 2, 'workstation'),
    ...at('records-office', 'records', 2, 'workstation'),
    ...at('it-office', 'it', 1, 'workstation'),
    ...at('ambulance-1', 'ambulance-1', 1, 'tablet'),
    ...at('ambulance-2', 'ambulance-2', 1, 'tablet'),
  ];
}

// Ages as they are in a hospital, not in a country.
const ages = [[9, [0, 10]], [7, [10, 20]], [20, [20, 40]], [26, [40, 60]], [28, [60, 80]], [10, [80, 97]]];

function* records(world, hospital, patients) {
  const counted = (resource) => {
    hospital.sizes.resources += 1;
    return resource;
  };
  for (const resource of institution(world)) yield counted(resource);

  const employees = employeesAsPatients(world, patients);
  for (let number = 1; number <= patients; number += 1) {
    const random = world.stream(`patient/${number}`);
    const person = personFor(world, number, random, employees.get(number));
    const { resources, facts } = chartOf(person, world, random);
    for (const flag of person.flags) hospital.flags.push({ patient: person.id, flag });
    if (person.is) facts.push({ relation: 'is', from: `staff/${person.is}`, to: `patient/${person.id}`, start: iso(world.now - 4 * year) });
    for (const fact of facts) hospital.facts.push(fact);
    for (const resource of resources) yield counted(resource);
  }
}

// One in ten of the staff is a patient here too.
function employeesAsPatients(world, patients) {
  const random = world.stream('employees');
  const found = new Map();
  const wanted = Math.min(Math.round(world.staff.length / 10), Math.floor((patients - story.length) / 4));
  const others = world.staff.filter((member) => !cast.includes(member));
  for (let i = 0; found.size < wanted; i += 1) {
    const number = random.whole(story.length + 1, patients);
    if (!found.has(number)) found.set(number, others[(i * 7) % others.length]);
  }
  const used = new Set();
  for (const [number, member] of found) {
    if (used.has(member.id)) found.delete(number);
    used.add(member.id);
  }
  return found;
}

function personFor(world, number, random, employee) {
  const id = patientId(number);
  const told = story[number - 1];
  if (told) {
    const { given, family, gender, birthDate, flags, is, excludes } = told;
    return { id, number, name: { given, family }, gender, birthDate, flags, is, excludes, story: told };
  }
  if (employee) {
    const { given, family, gender, birthDate } = employee;
    return { id, number, name: { given, family }, gender, birthDate, flags: ['EMP'], is: employee.id };
  }
  const gender = random.weighted([[51, 'female'], [48, 'male'], [0.6, 'other'], [0.4, 'unknown']]);
  const age = random.between(...random.weighted(ages));
  const person = { id, number, name: personName(random, gender), gender, birthDate: date(world.now - age * year), flags: [] };
  if (random.chance(0.004)) person.flags.push('VIP');
  if (random.chance(0.003)) person.excludes = world.pick(random, random.pick(clinics));
  return person;
}

function* institution(world) {
  const meta = { versionId: '1', lastUpdated: iso(world.now - 5 * year) };
  const organization = (id, name, type, partOf) => ({
    resourceType: 'Organization', id, meta, active: true,
    type: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: type }] }],
    name, ...(partOf && { partOf: { reference: `Organization/${partOf}` } }),
  });
  yield organization('st-elsewhere', 'St. Elsewhere Hospital', 'prov');
  for (const [key, { name }] of Object.entries(specialties)) yield organization(key, name, 'dept', 'st-elsewhere');
  for (const [i, name] of ['Mill Lane', 'Harbour', 'Abbey', 'Station Road', 'Saltby', 'Kingsferry'].entries()) {
    yield organization(`gp-${i + 1}`, `${name} Surgery`, 'prov');
  }
  for (const [i, name] of ['Albion', 'Meridian', 'Fairwater'].entries()) {
    yield organization(`insurer-${i + 1}`, `${name} Health Insurance`, 'ins');
  }
  const places = wards.map((id) => [id, `Ward ${id.slice(-1).toUpperCase()}`]);
  places.push([emergency, 'Emergency department'], ['outpatients', 'Outpatients']);
  for (const [id, name] of places) {
    yield {
      resourceType: 'Location', id, meta, status: 'active', mode: 'instance', name,
      managingOrganization: { reference: 'Organization/st-elsewhere' },
    };
  }
  for (const { id, name, gender, roles, ...known } of world.staff) {
    const [, prefix, first, last] = /^(Dr )?(\S+) (.+)$/.exec(name);
    const { given = first, family = last } = known;
    if (!['physician', 'nurse', 'therapist', 'paramedic'].includes(roles[0])) continue;
    yield {
      resourceType: 'Practitioner', id, meta, active: true,
      identifier: [{ system: 'https://st-elsewhere.example/staff', value: id }],
      name: [{ use: 'official', family, given: [given], ...(prefix && { prefix: ['Dr'] }) }],
      gender,
    };
  }
}

/** Writes DIR/fhir.ndjson and DIR/hospital.json. */
export async function write(directory, options) {
  mkdirSync(directory, { recursive: true });
  const { hospital, resources } = generate(options);
  const out = createWriteStream(join(directory, 'fhir.ndjson'));
  let waiting = '';
  for (const resource of resources) {
    waiting += `${JSON.stringify(resource)}\n`;
    if (waiting.length < 1 << 20) continue;
    if (!out.write(waiting)) await once(out, 'drain');
    waiting = '';
  }
  out.end(waiting);
  await once(out, 'finish');
  writeFileSync(join(directory, 'hospital.json'), `${JSON.stringify(hospital, null, 1)}\n`);
  return hospital;
}

const usage = `usage: node generate.mjs --out DIR [--seed N] [--staff N] [--patients N] [--years N] [--now DATE]

  --out       where fhir.ndjson and hospital.json are written
  --seed      default 1; the same seed, sizes and date give the same bytes
  --staff     default 300, at least ${smallest.staff}
  --patients  default 3000, at least ${smallest.patients}
  --years     how far back the records go, default 10
  --now       the date that everything is told from (2026-01-31), default today
`;

async function main() {
  const began = performance.now();
  const fail = (message) => {
    process.stderr.write(`generate: ${message}\n${usage}`);
    return 2;
  };
  let given;
  try {
    given = parseArgs({
      options: {
        out: { type: 'string' }, seed: { type: 'string', default: '1' }, staff: { type: 'string', default: '300' },
        patients: { type: 'string', default: '3000' }, years: { type: 'string', default: '10' }, now: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail(error.message);
  }
  if (given.help) {
    process.stdout.write(usage);
    return 0;
  }
  const options = {};
  for (const name of ['seed', 'staff', 'patients', 'years']) {
    if (!/^\d{1,9}$/.test(given[name])) return fail(`--${name} takes a whole number`);
    options[name] = Number(given[name]);
  }
  if (options.years < 3 || options.years > 60) return fail('--years takes 3 to 60');
  if (given.now !== undefined) {
    options.now = Date.parse(`${given.now.slice(0, 10)}T00:00:00Z`);
    if (Number.isNaN(options.now)) return fail('--now takes a date such as 2026-01-31');
  }
  if (!given.out) return fail('--out is missing');
  const { sizes, facts } = await write(given.out, options);
  const ms = Math.round(performance.now() - began);
  process.stdout.write(`${JSON.stringify({ out: given.out, ...sizes, facts: facts.length, ms })}\n`);
  return 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  main().then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`generate: ${error.message}\n`);
      process.exit(1);
    }
  );
}
