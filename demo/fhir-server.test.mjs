// fhir-server.test.mjs - the record server answers as FHIR asks, and only to who has the credential.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { write } from './generate.mjs';
import { serve } from './fhir-server.mjs';

const credential = 'only-the-gateway-knows-this';
const here = fileURLToPath(new URL('.', import.meta.url));
let directory;
let server;
let hospital;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'halligan-demo-'));
  hospital = await write(directory, { seed: 1, staff: 80, patients: 120, now: Date.parse('2026-03-01T00:00:00Z') });
  server = await serve({ data: directory, credential });
});

after(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

async function ask(path, { method = 'GET', body, headers = {}, type = 'application/fhir+json' } = {}) {
  const url = path.startsWith('http') ? path : `${server.base}/${path}`;
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const response = await fetch(url, {
    method,
    body: text,
    headers: { Authorization: `Bearer ${credential}`, ...(text && { 'Content-Type': type }), ...headers },
  });
  const received = await response.text();
  return { status: response.status, headers: response.headers, body: received ? JSON.parse(received) : undefined };
}

const observation = (more) => ({
  resourceType: 'Observation', status: 'final', code: { text: 'Mood' }, subject: { reference: 'Patient/p-000002' }, ...more,
});

test('401 without the credential, whatever is asked', async () => {
  for (const path of ['Patient/p-000001', 'metadata', 'Patient', 'nothing']) {
    for (const headers of [{ Authorization: '' }, { Authorization: 'Bearer wrong' }, { Authorization: `Basic ${credential}` }]) {
      const { status, body } = await ask(path, { headers });
      assert.equal(status, 401);
      assert.equal(body.resourceType, 'OperationOutcome');
    }
  }
});

test('everything is loaded, under its own id', async () => {
  assert.equal(server.store.size, hospital.sizes.resources);
  const { status, headers, body } = await ask('Patient/p-000001');
  assert.equal(status, 200);
  assert.match(headers.get('content-type'), /^application\/fhir\+json/);
  assert.equal(headers.get('etag'), 'W/"1"');
  assert.equal(body.name[0].family, 'Ellison');
  const again = await ask('Patient/p-000001', { headers: { 'If-None-Match': 'W/"1"' } });
  assert.equal(again.status, 304);
});

test('what is not there is 404, with an outcome', async () => {
  for (const path of ['Patient/p-999999', 'Nonsense', 'Nonsense/1', 'Patient/p-000001/$everything', 'Patient/p-000001/_history/77']) {
    const { status, body } = await ask(path);
    assert.equal(status, 404, path);
    assert.equal(body.resourceType, 'OperationOutcome');
  }
});

test('a search by patient finds that patient only, in every spelling', async () => {
  const expected = (await ask('Observation?patient=Patient/p-000002&_count=1000')).body;
  assert.ok(expected.total > 3);
  assert.equal(expected.entry.length, expected.total);
  for (const { resource, fullUrl, search } of expected.entry) {
    assert.equal(resource.subject.reference, 'Patient/p-000002');
    assert.equal(fullUrl, `${server.base}/Observation/${resource.id}`);
    assert.equal(search.mode, 'match');
  }
  for (const query of ['patient=p-000002', 'subject=p-000002', 'subject:Patient=p-000002', `subject=${server.base}/Patient/p-000002`]) {
    assert.equal((await ask(`Observation?${query}&_count=0`)).body.total, expected.total, query);
  }
  assert.equal((await ask('Observation?patient=p-000002&category=nothing')).body.total, 0);
  const two = await ask('Observation?patient=p-000002,p-000003&_count=0');
  const other = await ask('Observation?patient=p-000003&_count=0');
  assert.equal(two.body.total, expected.total + other.body.total);
});

test('every clinical type is found by patient', async () => {
  const by = { Coverage: 'beneficiary' };
  for (const type of ['Observation', 'Condition', 'AllergyIntolerance', 'MedicationRequest', 'Encounter', 'DiagnosticReport',
    'DocumentReference', 'Immunization', 'Procedure', 'CarePlan', 'Consent', 'Flag', 'Claim', 'ExplanationOfBenefit', 'Coverage']) {
    const { body } = await ask(`${type}?${by[type] ?? 'patient'}=p-000001&_count=0`);
    assert.ok(body.total > 0, type);
  }
});

test('pages lead to one another and together hold everything once', async () => {
  const ids = [];
  let next = 'Observation?patient=p-000001&_count=7';
  let total;
  for (let pages = 0; next && pages < 100; pages += 1) {
    const { body } = await ask(next);
    total = body.total;
    ids.push(...body.entry.map(({ resource }) => resource.id));
    next = body.link.find(({ relation }) => relation === 'next')?.url;
  }
  assert.equal(ids.length, total);
  assert.equal(new Set(ids).size, total);
  assert.equal((await ask('Observation?patient=p-000001')).body.entry.length, Math.min(20, total));
  for (const wrong of ['_count=x', '_count=-1', '_offset=1e3']) assert.equal((await ask(`Observation?${wrong}`)).status, 400);
});

test('POST _search is the same search', async () => {
  const got = await ask('Observation?patient=p-000001&_count=3');
  const form = 'application/x-www-form-urlencoded';
  const posted = await ask('Observation/_search', { method: 'POST', body: 'patient=p-000001&_count=3', type: form });
  assert.equal(posted.status, 200);
  assert.deepEqual(posted.body, got.body);
  assert.equal((await ask('Observation/_search', { method: 'POST', body: {} })).status, 415);
});

test('people are found by name, birth date and number', async () => {
  for (const query of ['family=w%C3%B3jcik', 'birthdate=1986-11-02', 'identifier=MRN000002', '_id=p-000002', 'name=tomasz&birthdate=1986-11-02']) {
    const { body } = await ask(`Patient?${query}`);
    assert.ok(body.entry?.some(({ resource }) => resource.id === 'p-000002'), query);
  }
});

test('labels and dates can be searched by, and results sorted', async () => {
  assert.ok((await ask('DocumentReference?patient=p-000005&_security=PSYTHPN')).body.total > 0);
  const { body } = await ask('Observation?patient=p-000001&code=4548-4&_sort=-date');
  const times = body.entry.map(({ resource }) => resource.effectiveDateTime);
  assert.deepEqual(times, [...times].sort().reverse());
  const since = await ask(`Observation?patient=p-000001&code=4548-4&date=gt${times[1].slice(0, 10)}`);
  assert.ok(since.body.total >= 1 && since.body.total < times.length);
});

test('create, read, update, history, delete', async () => {
  const sent = observation({ id: 'obs-000001-1', meta: { versionId: '1' } });
  const created = await ask('Observation', { method: 'POST', body: sent });
  assert.equal(created.status, 201);
  assert.notEqual(created.body.id, 'obs-000001-1', 'a create never takes an id from the client');
  const path = `Observation/${created.body.id}`;
  const version = created.body.meta.versionId;
  assert.equal(created.headers.get('location'), `${server.base}/${path}/_history/${version}`);
  assert.equal(created.headers.get('etag'), `W/"${version}"`);
  assert.deepEqual((await ask(path)).body, created.body);
  const mood = async (patient) => (await ask(`Observation?patient=${patient}&_id=${created.body.id}`)).body.total;
  assert.equal(await mood('p-000002'), 1);

  const change = { ...created.body, status: 'amended', subject: { reference: 'Patient/p-000003' } };
  const stale = await ask(path, { method: 'PUT', body: change, headers: { 'If-Match': 'W/"0"' } });
  assert.equal(stale.status, 412);
  const updated = await ask(path, { method: 'PUT', body: change, headers: { 'If-Match': `W/"${version}"` } });
  assert.equal(updated.status, 200);
  assert.notEqual(updated.body.meta.versionId, version);
  assert.deepEqual([await mood('p-000002'), await mood('p-000003')], [0, 1]);

  const patch = [{ op: 'replace', path: '/status', value: 'corrected' }];
  const patched = await ask(path, { method: 'PATCH', body: patch, type: 'application/json-patch+json' });
  assert.equal(patched.body.status, 'corrected');
  for (const time of ['once', 'twice']) {
    const { body } = await ask(`${path}/_history`);
    assert.deepEqual(body.entry.map(({ resource }) => resource.status), ['corrected', 'amended', 'final'], time);
  }
  assert.equal((await ask(`${path}/_history/${version}`)).body.status, 'final');

  assert.equal((await ask(path, { method: 'DELETE' })).status, 204);
  assert.equal((await ask(path)).status, 410);
  assert.equal(await mood('p-000003'), 0);
  assert.equal((await ask(path, { method: 'DELETE' })).status, 204);
  const back = await ask(path, { method: 'PUT', body: change });
  assert.equal(back.status, 201);
  assert.equal((await ask(path)).status, 200);
});

test('a loaded resource keeps its first version when it changes', async () => {
  const { body: first } = await ask('Flag/flag-000002-1');
  await ask('Flag/flag-000002-1', { method: 'PUT', body: { ...first, status: 'inactive' } });
  const { body } = await ask('Flag/flag-000002-1/_history');
  assert.deepEqual(body.entry.map(({ resource }) => resource.status), ['inactive', 'active']);
  assert.equal((await ask('Flag/flag-000002-1/_history/1')).body.status, 'active');
});

test('bad input is refused with an outcome', async () => {
  const refused = async (status, path, options) => {
    const answer = await ask(path, options);
    assert.equal(answer.status, status, `${path} ${JSON.stringify(options).slice(0, 80)}`);
    assert.equal(answer.body.resourceType, 'OperationOutcome');
  };
  const post = (body, type) => ({ method: 'POST', body, type });
  await refused(400, 'Observation', post('{"resourceType":'));
  await refused(400, 'Observation', post('null'));
  await refused(400, 'Observation', post({ resourceType: 'Condition' }));
  await refused(400, 'Observation', post({ resourceType: 'Observation', subject: { reference: 'Patient/p-000001' } }));
  await refused(400, 'Observation', post(observation({ nonsense: 1 })));
  await refused(415, 'Observation', post('<Observation/>', 'application/fhir+xml'));
  await refused(400, 'Observation/a', { method: 'PUT', body: observation({ id: 'b' }) });
  await refused(400, 'Patient/p%2F1', {});
  await refused(406, 'Patient/p-000001?_format=xml', {});
  await refused(405, 'Patient', { method: 'OPTIONS' });
  await refused(413, 'Observation', post(JSON.stringify(observation({ note: [{ text: 'x'.repeat(17 << 20) }] }))));
});

test('a search by patient stays fast', async (t) => {
  const times = [];
  for (let i = 0; i < 100; i += 1) {
    const began = performance.now();
    await ask(`Observation?patient=p-${String((i % 120) + 1).padStart(6, '0')}&_count=50`);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  t.diagnostic(`search by patient among ${server.store.size}: p50 ${times[50].toFixed(1)} ms, p99 ${times[98].toFixed(1)} ms`);
});

test('the command says where it listens, and stops when told', async () => {
  const file = join(directory, 'credential');
  writeFileSync(file, `${credential}\n`);
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const child = spawn(process.execPath, [join(here, 'fhir-server.mjs'), '--data', directory, '--port', '0', '--credential-file', file]);
    const [line] = await once(child.stdout, 'data');
    const ready = JSON.parse(line);
    assert.equal(ready.ready, true);
    assert.equal(ready.resources, hospital.sizes.resources);
    assert.equal((await ask(`${ready.base}/Patient/p-000001`)).status, 200);
    child.kill(signal);
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  }
  const child = spawn(process.execPath, [join(here, 'fhir-server.mjs'), '--data', directory]);
  const [code] = await once(child, 'exit');
  assert.equal(code, 2);
});
