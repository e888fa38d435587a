#!/usr/bin/env node
// fhir-server.mjs - the demo hospital's record server: medplum's FHIR R4 router over HTTP.
//
// It answers nobody who does not bring the credential, and keeps nothing: what was written is gone with the
// process. No access rule of any kind lives here; that is what the gateway in front of it is for.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createReadStream, readFileSync, realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  DEFAULT_MAX_SEARCH_COUNT,
  DEFAULT_SEARCH_COUNT,
  getStatus,
  globalSchema,
  isOk,
  isResourceType,
} from '@medplum/core';
import { FhirRouter } from '@medplum/fhir-router';
import { RecordStore, loadDefinitions } from './record-store.mjs';

export const root = '/fhir';
const body_bytes_max = 16 * 1024 * 1024;
const idle_ms = 75_000;  // longer than any client keeps a pooled connection, so that the client closes first

class Answer extends Error {
  constructor(status, code, text, headers = {}) {
    super(text);
    Object.assign(this, { status, code, headers });
  }
  get outcome() {
    const issue = [{ severity: 'error', code: this.code, details: { text: this.message } }];
    return { resourceType: 'OperationOutcome', issue };
  }
}

const digest = (text) => createHash('sha256').update(text).digest();

function demandCredential(request, expected) {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (timingSafeEqual(digest(given), expected)) return;
  throw new Answer(401, 'login', 'this server answers only to its gateway', {
    'WWW-Authenticate': 'Bearer realm="records"',
  });
}

// What is too long is read to its end and dropped: the answer must not race a connection being reset.
async function readBody(request) {
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes <= body_bytes_max) parts.push(part);
    else parts.length = 0;
  }
  if (bytes > body_bytes_max) throw new Answer(413, 'too-long', `a body may have ${body_bytes_max} bytes`);
  return Buffer.concat(parts).toString('utf8');
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const json_types = ['application/fhir+json', 'application/json', 'text/json'];

function mediaType(request) {
  return (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
}

async function readJsonBody(request, types) {
  if (!types.includes(mediaType(request))) {
    throw new Answer(415, 'not-supported', `send ${types[0]}, not "${mediaType(request)}"`);
  }
  const text = await readBody(request);
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Answer(400, 'structure', 'the body is not JSON');
  }
  if (typeof body !== 'object' || body === null) throw new Answer(400, 'structure', 'the body is not an object');
  return body;
}

function refuseOtherFormats(request, query) {
  const asked = query.get('_format') ?? request.headers.accept ?? '';
  if (asked === '' || /json|\*\/\*|application\/\*/.test(asked)) return;
  throw new Answer(406, 'not-supported', 'this server speaks application/fhir+json only');
}

// FHIR lets a client write `patient=1`, `subject:Patient=1` and `patient=http://base/Patient/1`; medplum's
// in-memory search compares references as text and knows `patient=Patient/1` alone. An id without a type is
// taken for a patient's wherever it could be one.
function plainQuery(type, query, base) {
  const plain = new URLSearchParams();
  for (const [key, value] of query) {
    const [code, modifier] = key.split(':');
    if (code === '_count' || code === '_offset') {
      if (!/^\d{1,9}$/.test(value)) throw new Answer(400, 'value', `${code} must be a number`);
    }
    const parameter = globalSchema.types[type]?.searchParams?.[code];
    if (parameter?.type !== 'reference' || (modifier && !isResourceType(modifier))) {
      plain.append(key, value);
      continue;
    }
    const only = modifier ?? (parameter.target?.includes('Patient') ? 'Patient' : single(parameter.target));
    const references = value.split(',').map((reference) => {
      if (reference.startsWith(`${base}/`)) return reference.slice(base.length + 1);
      return only && reference && !reference.includes('/') ? `${only}/${reference}` : reference;
    });
    plain.append(code, references.join(','));
  }
  return plain;
}

const single = (list) => (list?.length === 1 ? list[0] : undefined);

// The query as the client wrote it, at another offset.
function link(relation, url, query, offset, count) {
  const other = new URLSearchParams(query);
  if (relation !== 'self') {
    other.set('_count', String(count));
    other.set('_offset', String(offset));
  }
  return { relation, url: other.size === 0 || other.toString() === '' ? url : `${url}?${other}` };
}

function finishSearch(bundle, url, query, base) {
  const asked = query.get('_summary') === 'count' ? 0 : Number(query.get('_count') ?? DEFAULT_SEARCH_COUNT);
  const count = Math.min(asked, DEFAULT_MAX_SEARCH_COUNT);
  const offset = Number(query.get('_offset') ?? 0);
  const links = [link('self', url, query)];
  if (count > 0) {
    links.push(link('first', url, query, 0, count));
    if (offset + count < bundle.total) links.push(link('next', url, query, offset + count, count));
    if (offset > 0) links.push(link('previous', url, query, Math.max(0, offset - count), count));
  }
  const entry = bundle.entry?.map(({ resource }) => ({
    fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }));
  const { resourceType, type, total } = bundle;
  return { resourceType, type, total, link: links, ...(entry && { entry }) };
}

function finishHistory(bundle, url, base) {
  const versions = bundle.entry ?? [];
  const entry = versions.map(({ resource }, i) => {
    const created = i === versions.length - 1;
    return {
      fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
      resource,
      request: { method: created ? 'POST' : 'PUT', url: `${resource.resourceType}${created ? '' : `/${resource.id}`}` },
      response: {
        status: created ? '201' : '200',
        etag: `W/"${resource.meta.versionId}"`,
        lastModified: resource.meta.lastUpdated,
      },
    };
  });
  return { ...bundle, total: entry.length, link: [{ relation: 'self', url }], entry };
}

function capabilityStatement(base, started) {
  const interaction = ['read', 'vread', 'update', 'patch', 'delete', 'history-instance', 'create', 'search-type'];
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: started,
    kind: 'instance',
    software: { name: 'Halligan demo record server (medplum fhir-router)' },
    implementation: { description: 'Records of people who do not exist', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    rest: [
      {
        mode: 'server',
        resource: Object.keys(globalSchema.types)
          .filter((type) => isResourceType(type) && globalSchema.types[type].searchParams)
          .sort()
          .map((type) => ({
            type,
            interaction: interaction.map((code) => ({ code })),
            versioning: 'versioned-update',
            updateCreate: true,
            searchParam: Object.values(globalSchema.types[type].searchParams).map((p) => ({
              name: p.code,
              type: p.type,
            })),
          })),
        interaction: [{ code: 'batch' }],
      },
    ],
  };
}

/** What one request is answered with, as { status, headers, body }. */
async function answer(request, server) {
  demandCredential(request, server.expected);
  const { base, router, store } = server;
  const asked = new URL(request.url, 'http://localhost');
  if (asked.pathname !== root && !asked.pathname.startsWith(`${root}/`)) {
    throw new Answer(404, 'not-found', `the FHIR server is at ${root}`);
  }
  const path = asked.pathname.slice(root.length).split('/').filter(Boolean);
  if (!path.every((segment) => /^[A-Za-z0-9$_.-]{1,64}$/.test(segment))) {
    throw new Answer(400, 'value', 'that is no path of FHIR');
  }
  if (!methods.includes(request.method)) {
    throw new Answer(405, 'not-supported', `${request.method} is not supported`, { Allow: methods.join(', ') });
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const [type, id] = path;
  if (type === 'metadata' && path.length === 1 && method === 'GET') {
    return { status: 200, headers: {}, body: capabilityStatement(base, server.started) };
  }
  if (type === undefined && method === 'GET') {
    throw new Answer(400, 'not-supported', 'searching several types at once is not supported');
  }
  if (type !== undefined && !type.startsWith('$') && !isResourceType(type)) {
    throw new Answer(404, 'not-supported', `there is no resource type "${type.slice(0, 64)}"`);
  }

  const posted_search = method === 'POST' && path.length === 2 && id === '_search';
  let query = asked.searchParams;
  let body;
  if (posted_search) {
    if (mediaType(request) !== 'application/x-www-form-urlencoded') {
      throw new Answer(415, 'not-supported', 'send application/x-www-form-urlencoded to _search');
    }
    query = new URLSearchParams([...query, ...new URLSearchParams(await readBody(request))]);
  } else if (method === 'PATCH') {
    body = await readJsonBody(request, ['application/json-patch+json']);
  } else if (method === 'POST' || method === 'PUT') {
    body = await readJsonBody(request, json_types);
  }
  refuseOtherFormats(request, query);

  const creates = method === 'POST' && path.length === 1 && !type.startsWith('$');
  if (creates) {
    delete body.id;  // a create gets its id from the server, or it could overwrite
    if (body.meta) {
      delete body.meta.versionId;
      delete body.meta.lastUpdated;
    }
  }
  const existed = method === 'PUT' && id !== undefined && store.has(type, id);
  const searches = posted_search || (method === 'GET' && path.length === 1);
  const plain = searches || (path.length === 1 && method !== 'POST') ? plainQuery(type, query, base) : query;

  // The router parses the query of `url` itself; a posted search is the same search as its GET.
  const target = posted_search ? type : path.join('/');
  const [outcome, resource] = await router.handleRequest(
    {
      method: posted_search ? 'GET' : method,
      url: plain.toString() ? `${target}?${plain}` : target,
      pathname: '',
      body,
      params: {},
      query: {},
      headers: request.headers,
    },
    store
  );
  return finish({ outcome, resource, request, method, path, searches, query, existed, creates, base });
}

function finish({ outcome, resource, request, method, path, searches, query, existed, creates, base }) {
  let status = getStatus(outcome);
  const headers = {};
  if (!isOk(outcome)) return { status, headers, body: outcome };
  if (method === 'DELETE') return { status: 204, headers };
  if (!resource) return { status, headers, body: outcome };
  const url = `${base}/${path.filter((part) => part !== '_search').join('/')}`;
  if (searches) return { status, headers, body: finishSearch(resource, url, query, base) };
  if (path.length === 3) return { status, headers, body: finishHistory(resource, url, base) };

  const version = resource.meta?.versionId;
  if (version && path.length > 0) {
    headers.ETag = `W/"${version}"`;
    headers['Last-Modified'] = new Date(resource.meta.lastUpdated).toUTCString();
    if (method === 'PUT' && path.length === 2 && !existed) status = 201;
    if (status === 201 || creates) {
      headers.Location = `${base}/${resource.resourceType}/${resource.id}/_history/${version}`;
    }
    if (method === 'GET' && request.headers['if-none-match']?.includes(`"${version}"`)) {
      return { status: 304, headers };
    }
  }
  return { status, headers, body: resource };
}

function send(request, response, { status, headers, body }) {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(text && { 'Content-Type': 'application/fhir+json; charset=utf-8' }),
    ...(status !== 204 && status !== 304 && { 'Content-Length': Buffer.byteLength(text) }),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? '' : text);
}

/** Loads `file` (one resource a line) into the store. */
export async function loadRecords(store, file) {
  let rest = [];
  let line = 0;
  const take = (bytes) => {
    line += 1;
    const text = bytes.toString('utf8');
    if (text.trim() === '') return;
    try {
      store.load(text);
    } catch (error) {
      throw new Error(`${file}, line ${line}: ${error.message}`);
    }
  };
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const part = chunk.subarray(start, end);
      take(rest.length === 0 ? part : Buffer.concat([...rest, part]));
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) take(Buffer.concat(rest));
}

/** Starts the server; resolves when it listens. */
export async function serve({ data, port = 0, host = '127.0.0.1', credential }) {
  loadDefinitions();
  const store = new RecordStore();
  await loadRecords(store, join(data, 'fhir.ndjson'));
  const server = {
    store,
    router: new FhirRouter(),
    expected: digest(credential),
    started: new Date().toISOString(),
    base: '',
  };
  server.http = createServer((request, response) => {
    answer(request, server)
      .catch((error) => {
        if (error instanceof Answer) return { status: error.status, headers: error.headers, body: error.outcome };
        process.stderr.write(`fhir-server: ${error.stack}\n`);
        const failed = new Answer(500, 'exception', 'the server failed');
        return { status: 500, headers: {}, body: failed.outcome };
      })
      .then((result) => send(request, response, result))
      .catch(() => response.destroy());
  });
  server.http.keepAliveTimeout = idle_ms;
  server.http.headersTimeout = idle_ms + 5_000;
  await new Promise((resolve, reject) => {
    server.http.once('error', reject);
    server.http.listen(port, host, resolve);
  });
  const shown = host.includes(':') ? `[${host}]` : host;
  server.base = `http://${shown}:${server.http.address().port}${root}`;
  server.stop = () =>
    new Promise((resolve) => {
      server.http.close(resolve);
      server.http.closeAllConnections();
    });
  return server;
}

const usage = `usage: node fhir-server.mjs --data DIR --credential-file FILE [--port N] [--host ADDRESS]

  --data             the folder that generate.mjs wrote
  --credential-file  every request must carry this file's content as its bearer token
  --port             default 8103; 0 takes a free one
  --host             default 127.0.0.1

Prints one line of JSON when it is ready, and stops on SIGTERM or SIGINT.
`;

async function main() {
  const began = performance.now();
  let options;
  try {
    options = parseArgs({
      options: {
        data: { type: 'string' },
        port: { type: 'string', default: '8103' },
        host: { type: 'string', default: '127.0.0.1' },
        'credential-file': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`fhir-server: ${error.message}\n${usage}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (!options.data || !options['credential-file'] || !/^\d{1,5}$/.test(options.port)) {
    process.stderr.write(usage);
    return 2;
  }
  const credential = readFileSync(options['credential-file'], 'utf8').trim();
  if (credential.length < 16) throw new Error('the credential is shorter than 16 characters');

  const { data, host } = options;
  const server = await serve({ data, host, port: Number(options.port), credential });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => server.stop().then(() => process.exit(0)));
  }
  const { rss, heapUsed } = process.memoryUsage();
  const ready = {
    ready: true,
    base: server.base,
    resources: server.store.size,
    ms: Math.round(performance.now() - began),
    rss_mb: Math.round(rss / 1e6),
    heap_mb: Math.round(heapUsed / 1e6),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  return undefined;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  main().then(
    (code) => code !== undefined && process.exit(code),
    (error) => {
      process.stderr.write(`fhir-server: ${error.message}\n`);
      process.exit(1);
    }
  );
}
