// generate.test.mjs - the made-up hospital hangs together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateResource } from '@medplum/core';
import { generate } from './generate.mjs';
import { cast, patients as story } from './hospital/story.mjs';
import { loadDefinitions } from './record-store.mjs';

const now = Date.parse('2026-03-01T00:00:00Z');

function made(options) {
  const { hospital, resources } = generate({ seed: 1, staff: 120, patients: 300, now, ...options });
  return { resources: [...resources], hospital };
}

const { hospital, resources } = made();
const by_id = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
const holds = (relation, from, to) =>
  hospital.facts.some((f) => f.relation === relation && f.from === from && f.to === to && f.end === undefined);
const labels = (resource) => (resource.meta.security ?? []).map(({ code }) => code);
const chart = (patient) =>
  resources.filter((r) => [r.subject, r.patient, r.beneficiary].some((of) => of?.reference === `Patient/${patient}`));

test('the same seed gives the same bytes, another seed does not', () => {
  const again = made();
  assert.equal(JSON.stringify(again), JSON.stringify({ resources, hospital }));
  const other = made({ seed: 2 });
  assert.notEqual(JSON.stringify(other.resources), JSON.stringify(resources));
  assert.notEqual(other.hospital.cast[0].password, hospital.cast[0].password);
});

test('sizes are as asked, ids are distinct', () => {
  assert.equal(hospital.staff.length, 120);
  assert.equal(resources.filter((r) => r.resourceType === 'Patient').length, 300);
  assert.equal(hospital.sizes.resources, resources.length);
  assert.equal(by_id.size, resources.length);
  assert.equal(new Set(hospital.staff.map(({ id }) => id)).size, 120);
  const each = resources.length / 300;
  assert.ok(each > 30 && each < 55, `${each} resources a patient`);
});

test('every reference leads somewhere', () => {
  const references = JSON.stringify(resources).matchAll(/"reference":"([^"]+)"/g);
  for (const [, to] of references) assert.ok(by_id.has(to), to);
});

test('every resource is valid FHIR R4', () => {
  loadDefinitions();
  for (const resource of resources) {
    try {
      validateResource(resource);
    } catch (error) {
      assert.fail(`${resource.resourceType}/${resource.id}: ${JSON.stringify(error.outcome?.issue)}`);
    }
  }
});

test('nothing happens before birth or after now', () => {
  const born = new Map(resources.filter((r) => r.resourceType === 'Patient').map((r) => [`Patient/${r.id}`, r.birthDate]));
  for (const r of resources) {
    assert.ok(Date.parse(r.meta.lastUpdated) < now, r.id);
    const time = r.effectiveDateTime ?? r.period?.start ?? r.authoredOn ?? r.performedDateTime ?? r.occurrenceDateTime;
    if (time === undefined) continue;
    assert.ok(Date.parse(time) <= now, `${r.resourceType}/${r.id} ${time}`);
    const of = (r.subject ?? r.patient ?? r.beneficiary)?.reference;
    if (of) assert.ok(time.slice(0, 10) >= born.get(of), `${r.resourceType}/${r.id} ${time} ${born.get(of)}`);
  }
});

test('facts link what exists, in order of time', () => {
  const types = {
    member: ['staff', 'team'], referral: ['team', 'patient'], works_on: ['staff', 'unit'], admitted: ['patient', 'unit'],
    checked_in: ['patient', 'unit'], is: ['staff', 'patient'], excludes: ['patient', 'staff'], attending: ['staff', 'patient'],
    encounter: ['staff', 'patient'],
  };
  const staff = new Set(hospital.staff.map(({ id }) => id));
  const exists = (node) => {
    const [type, id] = node.split('/');
    if (type === 'staff') return staff.has(id);
    if (type === 'patient') return by_id.has(`Patient/${id}`);
    return by_id.has(`${type === 'team' ? 'Organization' : 'Location'}/${id}`);
  };
  const seen = new Set();
  for (const f of hospital.facts) {
    assert.deepEqual([f.from, f.to].map((node) => node.split('/')[0]), types[f.relation], JSON.stringify(f));
    assert.ok(exists(f.from) && exists(f.to), JSON.stringify(f));
    assert.ok(Date.parse(f.start) <= now, JSON.stringify(f));
    if (f.end !== undefined) assert.ok(f.start < f.end && Date.parse(f.end) <= now, JSON.stringify(f));
    if (f.relation === 'admitted' || f.relation === 'checked_in') assert.equal(f.source, 'adt');
    seen.add(f.relation);
  }
  assert.deepEqual([...seen].sort(), Object.keys(types).sort());
});

test('flags: employees are who they are, and carry EMP', () => {
  const is = hospital.facts.filter(({ relation }) => relation === 'is');
  const flagged = hospital.flags.filter(({ flag }) => flag === 'EMP').map(({ patient }) => `patient/${patient}`);
  assert.deepEqual(is.map(({ to }) => to).sort(), flagged.sort());
  assert.equal(new Set(is.map(({ from }) => from)).size, is.length);
  for (const { from, to } of is) {
    const { name } = hospital.staff.find(({ id }) => `staff/${id}` === from);
    const [official] = by_id.get(`Patient/${to.slice(8)}`).name;
    assert.ok(name.endsWith(`${official.given.join(' ')} ${official.family}`), name);
  }
});

test('treatment fits the illness', () => {
  const diabetic = resources.filter((r) => r.resourceType === 'Condition' && r.code.coding[0].code === '44054006');
  assert.ok(diabetic.length > 5);
  for (const { subject } of diabetic) {
    const own = chart(subject.reference.slice(8));
    assert.ok(own.some((r) => r.medicationCodeableConcept?.coding[0].code === '6809'), 'metformin');
    assert.ok(own.some((r) => r.code?.coding?.[0].code === '4548-4'), 'HbA1c');
  }
});

for (const options of [{}, { seed: 7 }, { seed: 3, staff: 60, patients: 10 }]) {
  test(`the story holds for ${JSON.stringify(options)}`, () => {
    const told = made(options);
    const has = (relation, from, to) =>
      told.hospital.facts.some((f) => f.relation === relation && f.from === from && f.to === to && f.end === undefined);
    const about = (patient) => told.hospital.facts.filter((f) => [f.from, f.to].includes(`patient/${patient}`));
    const flags = (patient) => told.hospital.flags.filter((f) => f.patient === patient).map(({ flag }) => flag);

    assert.ok(has('member', 'staff/a.osei', 'team/cardiology'));
    assert.ok(!told.hospital.facts.some((f) => f.from === 'staff/a.osei' && f.relation === 'works_on'));
    assert.ok(has('referral', 'team/cardiology', 'patient/p-000001'));
    assert.deepEqual(about('p-000002').map(({ relation, from }) => [relation, from]), [['referral', 'team/respiratory']]);
    assert.ok(has('works_on', 'staff/n.okafor', 'unit/ward-a'));
    assert.ok(has('admitted', 'patient/p-000003', 'unit/ward-a'));
    assert.ok(has('checked_in', 'patient/p-000004', 'unit/emergency-department'));
    assert.ok(has('referral', 'team/psychological-therapies', 'patient/p-000005'));
    assert.ok(has('member', 'staff/t.brandt', 'team/psychological-therapies'));
    assert.ok(!about('p-000006').some(({ relation }) => relation === 'checked_in'));
    assert.ok(has('admitted', 'patient/p-000007', 'unit/ward-a'));
    assert.deepEqual(flags('p-000007'), ['VIP']);
    assert.ok(!has('referral', 'team/cardiology', 'patient/p-000008'));
    assert.ok(about('p-000008').some((f) => f.from === 'team/cardiology' && f.end !== undefined));
    assert.ok(has('is', 'staff/s.patel', 'patient/p-000009'));
    assert.ok(has('referral', 'team/endocrinology', 'patient/p-000009'));
    assert.deepEqual(flags('p-000009'), ['EMP']);
    assert.ok(has('excludes', 'patient/p-000010', 'staff/a.osei'));
    assert.ok(has('referral', 'team/cardiology', 'patient/p-000010'));
    for (const id of ['m.reyes', 'i.novak', 'p.lind', 'p.adeyemi', 'b.cohen', 'r.hall', 'adm.silva', 'adm.moreau', 'l.reader']) {
      assert.ok(!told.hospital.facts.some((f) => [f.from, f.to].includes(`staff/${id}`)), id);
    }
    // Beyond the story, the cast has to do with nobody.
    const known = ['is', 'excludes', 'encounter'];
    for (const f of told.hospital.facts) {
      const member = cast.find(({ id }) => [f.from, f.to].includes(`staff/${id}`));
      if (!member || f.relation === 'member' || f.relation === 'works_on') continue;
      assert.ok(known.includes(f.relation), JSON.stringify(f));
      const patient = [f.from, f.to].find((node) => node.startsWith('patient/'));
      assert.ok(Number(patient.slice(-6)) <= story.length, JSON.stringify(f));
    }
    assert.equal(told.hospital.cast.length, cast.length);
    for (const { password } of told.hospital.cast) assert.match(password, /^[a-z]+(-[a-z]+){3}$/);
    assert.ok(told.hospital.terminals.some(({ id, place }) => id === 'ed-1' && place === 'emergency-department'));
  });
}

test('the charts of the story hold what is told of them', () => {
  const codes = (patient, type) => chart(patient).filter((r) => r.resourceType === type);
  assert.ok(chart('p-000005').some((r) => r.resourceType === 'DocumentReference' && labels(r).includes('PSYTHPN') && labels(r).includes('V')));
  assert.ok(chart('p-000006').some((r) => labels(r).includes('HIV') && labels(r).includes('R')));
  for (const label of ['ETH', 'SUD']) assert.ok(chart('p-000008').some((r) => labels(r).includes(label)), label);
  assert.ok(!chart('p-000001').some((r) => labels(r).length > 0));
  assert.ok(!chart('p-000002').some((r) => labels(r).length > 0));
  for (let n = 1; n <= story.length; n += 1) {
    const patient = `p-${String(n).padStart(6, '0')}`;
    for (const type of ['Observation', 'Condition', 'MedicationRequest', 'DocumentReference', 'Claim', 'Consent', 'Flag', 'Coverage']) {
      assert.ok(codes(patient, type).length > 0, `${patient} ${type}`);
    }
  }
  assert.ok(holds('excludes', 'patient/p-000010', 'staff/a.osei'));
  assert.ok(codes('p-000010', 'Consent').some((r) => r.provision.actor?.[0].reference.reference === 'Practitioner/a.osei'));
  const text = codes('p-000002', 'DocumentReference').map((r) => Buffer.from(r.content[0].attachment.data, 'base64').toString());
  assert.ok(text.every((letter) => letter.includes('Tomasz Wójcik')));
});
