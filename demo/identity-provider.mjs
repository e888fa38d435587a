#!/usr/bin/env node
// identity-provider.mjs - the demo hospital's OpenID provider: oidc-provider, with pages of its own.
//
// For demonstrations and tests alone: everything is kept in memory, the second factors are fixed words, and whoever
// has the control token makes it sign what no provider should. It listens on this machine's own address only.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

// Debian's Node 18 lacks what oidc-provider stands on: better said here than by a trace from inside.
if (typeof URL.parse !== 'function') throw new Error(`the identity provider needs Node 20.19 or later; this is ${process.version}`);
const { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, exportSPKI, generateKeyPair, importJWK } = await import('jose');
const { default: Provider, interactionPolicy } = await import('oidc-provider');

// How surely somebody signed in, the weakest first.
export const acr = { password: 'urn:halligan:demo:password', mfa: 'urn:halligan:demo:mfa', key: 'urn:halligan:demo:key' };
const by_strength = Object.values(acr);
// What the people of the demo hospital have besides their passwords.
export const demo_factors = { code: '246810', key: 'touched' };

const sign_in_path = '/sign-in/';
const body_bytes_max = 256 * 1024;
const random = (bytes = 16) => randomBytes(bytes).toString('base64url');
const digest = (text) => createHash('sha256').update(text).digest();
const same = (left, right) => timingSafeEqual(digest(left), digest(right));
const seconds = () => Math.floor(Date.now() / 1000);

// --- who there is ---------------------------------------------------------------------------------

/** The cast of a generated hospital, each with groups by role and department. */
export function accountsOf(hospital) {
  const passwords = new Map(hospital.cast.map(({ id, password }) => [id, password]));
  return hospital.staff.filter(({ id }) => passwords.has(id)).map(({ id, name, roles, department }) => ({
    user: id,
    name,
    password: passwords.get(id),
    groups: [...roles.map((role) => `role-${role}`), `dept-${department}`],
    ...demo_factors,
  }));
}

// "sub" says nothing about its person, and stays the same from one start to the next.
const complete = (account) => ({ sub: digest(`subject of ${account.user}`).toString('base64url').slice(0, 22), groups: [], ...account });

function clientMetadata({ backchannel_logout_uri, ...client }, algorithm) {
  return {
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: client.client_secret ? 'client_secret_basic' : 'none',
    id_token_signed_response_alg: algorithm,
    require_auth_time: true,
    ...(backchannel_logout_uri && { backchannel_logout_uri, backchannel_logout_session_required: true }),
    ...client,
  };
}

// --- what oidc-provider keeps ---------------------------------------------------------------------

// Its own store in memory cannot be asked for somebody's sessions, and its clients stay as they were at the start.
class Store {
  constructor(clients) {
    this.clients = clients;
    this.kept = new Map();
  }

  *all(model) {
    for (const [key, { payload, until }] of this.kept) if (key.startsWith(`${model}:`) && until > Date.now()) yield payload;
  }

  adapter(model) {
    const { kept, clients } = this;
    const key = (id) => `${model}:${id}`;
    const find = (id) => {
      const held = kept.get(key(id));
      return held && held.until > Date.now() ? held.payload : undefined;
    };
    return {
      find: async (id) => (model === 'Client' ? clients().find((client) => client.client_id === id) : find(id)),
      findByUid: async (uid) => [...this.all(model)].find((payload) => payload.uid === uid),
      upsert: async (id, payload, expires) => void kept.set(key(id), { payload, until: expires ? Date.now() + expires * 1000 : Infinity }),
      consume: async (id) => void Object.assign(find(id) ?? {}, { consumed: seconds() }),
      destroy: async (id) => void kept.delete(key(id)),
      revokeByGrantId: async (grant) => {
        for (const [each, { payload }] of kept) if (payload.grantId === grant) kept.delete(each);
      },
    };
  }
}

// --- pages ----------------------------------------------------------------------------------------

const plainText = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (title, content) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${plainText(title)}</title><style>
body { font: 17px/1.5 "Liberation Sans", Arial, sans-serif; color: #212b32; background: #f0f4f5; margin: 0 }
main { max-width: 22rem; margin: 12vh auto 0; padding: 1.5rem 2rem 2rem; background: #fff; border: 1px solid #d8dde0 }
h1 { font-size: 1.4rem; margin: 0 0 .25rem } p { margin: 0 0 1rem; color: #4c6272 } label { display: block; font-weight: bold }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .4rem .5rem; margin-bottom: 1rem; border: 2px solid #4c6272 }
button { font: inherit; font-weight: bold; padding: .5rem 1.2rem; border: 0; background: #005eb8; color: #fff; cursor: pointer }
button.other { background: none; color: #005eb8; font-weight: normal }
:focus { outline: 4px solid #ffeb3b } .wrong { color: #d5281b; font-weight: bold }
</style></head><body><main><h1>${plainText(title)}</h1>${content}</main></body></html>`;

function show(ctx, status, title, content) {
  ctx.status = status;
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  ctx.body = page(title, content);
}

function showSignIn(ctx, { user = '', second, wrong }) {
  const field = (label, name, more) => `<label for="${name}">${label}</label><input id="${name}" name="${name}" ${more}>`;
  show(ctx, wrong ? 401 : 200, 'St. Elsewhere sign-in', `<p>One sign-in for everything in the hospital.</p>
${wrong ? '<p class="wrong" role="alert">That is not right. Try again.</p>' : ''}<form method="post">
${field('User name', 'user', `value="${plainText(user)}" autocomplete="username" required ${user ? '' : 'autofocus'}`)}
${field('Password', 'password', `type="password" autocomplete="current-password" required ${user ? 'autofocus' : ''}`)}
${second ? field('Code', 'code', 'autocomplete="one-time-code"') : ''}
<button>Sign in</button> <button class="other" name="cancel" value="yes" formnovalidate>Cancel</button></form>`);
}

async function readBody(request) {
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > body_bytes_max) throw new Error(`a body may have ${body_bytes_max} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

// --- signing in -----------------------------------------------------------------------------------

const wantsSecond = (state, params) =>
  state.second_factor === 'always' ||
  (state.second_factor === 'asked' && [acr.mfa, acr.key].some((each) => params.acr_values?.split(' ').includes(each)));

// What was proved, or nothing. Somebody without a second factor gets no further than the password, and the token says so.
function prove(account, { password, code = '' }, second) {
  if (!account || !same(password ?? '', account.password)) return undefined;
  if (second && account.key && same(code, account.key)) return { acr: acr.key, amr: ['pwd', 'hwk'] };
  if (second && account.code && same(code, account.code)) return { acr: acr.mfa, amr: ['pwd', 'otp'] };
  if (second && (account.code || account.key)) return undefined;
  return { acr: acr.password, amr: ['pwd'] };
}

async function signIn(ctx, provider, state) {
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const second = wantsSecond(state, params);
  if (ctx.method !== 'POST') return showSignIn(ctx, { user: params.login_hint, second });
  const form = Object.fromEntries(new URLSearchParams(await readBody(ctx.req)));
  const account = state.accounts.find(({ user }) => user === form.user);
  const proved = form.cancel ? undefined : prove(account, form, second);
  if (!proved && !form.cancel) return showSignIn(ctx, { user: form.user, second, wrong: true });
  const result = proved
    ? { login: { accountId: account.sub, ...proved } }
    : { error: 'access_denied', error_description: 'sign-in was cancelled' };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
  ctx.status = 303;
  return undefined;
}

function signInPolicy(state) {
  const policy = interactionPolicy.base();
  // A session of one factor does not do where two are asked for.
  const description = 'a second factor is asked for';
  policy.get('login').checks.add(new interactionPolicy.Check('second_factor', description, ({ oidc }) =>
    wantsSecond(state, oidc.params) && by_strength.indexOf(oidc.session.acr) < 1 && !oidc.result?.login));
  return policy;
}

// --- oidc-provider, as this hospital has it --------------------------------------------------------

function build(state) {
  const provider = new Provider(state.issuer, {
    adapter: (model) => state.store.adapter(model),
    jwks: { keys: state.keys.map(({ jwk }) => jwk) },  // the first of them signs
    cookies: { keys: [state.cookie_key] },
    scopes: ['openid', 'profile', 'groups'],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      profile: ['name', 'preferred_username', 'groups'],
      groups: ['groups'],
    },
    conformIdTokenClaims: false,  // they are in the ID token: nobody has to ask for userinfo
    acrValues: by_strength,
    enabledJWA: { idTokenSigningAlgValues: [state.algorithm] },
    pkce: { required: () => true },
    ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Interaction: 600, Session: 8 * 3600, Grant: 8 * 3600 },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => show(ctx, 200, 'Sign out?', `<p>Of everything that you came to by this sign-in.</p>${form}
          <button form="op.logoutForm" name="logout" value="yes">Sign out</button> <button class="other" form="op.logoutForm">Stay</button>`),
        postLogoutSuccessSource: (ctx) => show(ctx, 200, 'Signed out', '<p>You may close this page.</p>'),
      },
    },
    renderError: (ctx, out) => show(ctx, ctx.status, 'That did not work', `<p>${plainText(out.error)}: ${plainText(out.error_description)}</p>`),
    interactions: { policy: signInPolicy(state), url: (_, { uid }) => `${sign_in_path}${uid}` },
    findAccount: (_, sub) => {
      const account = state.accounts.find((each) => each.sub === sub);
      if (!account) return undefined;
      const { user, name, groups } = account;
      return { accountId: sub, claims: () => ({ sub, name, preferred_username: user, groups }) };
    },
    // The hospital's programs are its own: nobody is asked whether they may know a name.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ accountId: oidc.account.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
      grant.addOIDCClaims([...oidc.requestParamClaims]);
      await grant.save();
      return grant;
    },
    fetch: (url, { method, headers, body }) => tell(state, url, { method, headers, body: String(body) }),
  });
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith(sign_in_path)) {
      return signIn(ctx, provider, state).catch((error) => show(ctx, 400, 'That did not work', `<p>${plainText(error.message)}</p>`));
    }
    await next();
    if (state.alter && ctx.body?.id_token) ctx.body.id_token = await altered(ctx.body.id_token, state, state.alter);
    return undefined;
  });
  provider.on('server_error', (_, error) => process.stderr.write(`identity-provider: ${error.stack}\n`));
  return provider;
}

// Sends a logout token. oidc-provider's own way refuses every address of this machine.
async function tell(state, url, { method, headers, body }) {
  let logout_token = new URLSearchParams(body).get('logout_token');
  if (state.alter_logout) logout_token = await altered(logout_token, state, state.alter_logout);
  const told = { url: String(url), logout_token };
  state.told.push(told);
  // The file is the very certificate, or its CA; it may have been made after this process began.
  const trusted = state.trust && existsSync(state.trust) && { ca: readFileSync(state.trust), checkServerIdentity: () => undefined };
  try {
    told.status = await new Promise((settle, fail) => {
      const sent = (told.url.startsWith('https:') ? https : http)
        .request(url, { method, headers: Object.fromEntries(headers), timeout: 5_000, ...trusted }, (answer) => {
          answer.resume().once('end', () => settle(answer.statusCode)).once('error', fail);
        });
      sent.once('timeout', () => sent.destroy(new Error('no answer'))).once('error', fail);
      sent.end(String(new URLSearchParams({ logout_token })));
    });
  } catch (error) {
    told.error = error.message;
    throw error;
  }
  return new Response(null, { status: told.status });
}

async function newKey(algorithm) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { jwk: { ...(await exportJWK(privateKey)), kid: random(8), alg: algorithm, use: 'sig' }, pem: await exportSPKI(publicKey) };
}

// --- what tests ask for ----------------------------------------------------------------------------

// What a hostile or broken provider would sign. Claims are changed and signed well, unless it is the signature that is wrong.
const alterations = {
  audience: () => ({ aud: 'another-client' }),
  issuer: () => ({ iss: 'https://another.example' }),
  nonce: () => ({ nonce: 'another-nonce' }),
  no_nonce: () => ({ nonce: null }),
  expired: (now) => ({ iat: now - 540, exp: now - 240 }),
  no_expiry: () => ({ exp: null }),
  future: (now) => ({ iat: now + 3600, exp: now + 7200 }),
  old: (now) => ({ iat: now - 86_400, exp: now + 300 }),
  old_sign_in: (now) => ({ auth_time: now - 86_400 }),
  none: () => ({}),         // "alg": "none", and no signature
  hmac: () => ({}),         // HS256, the public key for a secret
  key: () => ({}),          // another key under the name of the right one
  unknown_key: () => ({}),  // another key under a name that is not published
  signature: () => ({}),    // a good one with a bit turned
};

async function altered(token, state, how) {
  const claims = { ...decodeJwt(token), ...(typeof how === 'object' ? how.claims : alterations[how](seconds())) };
  for (const [name, value] of Object.entries(claims)) if (value === null) delete claims[name];
  const header = decodeProtectedHeader(token);
  const sign = (more, key) => new SignJWT(claims).setProtectedHeader({ ...header, ...more }).sign(key);
  const [{ jwk, pem }] = state.keys;
  const encoded = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  if (how === 'none') return `${encoded({ ...header, alg: 'none', kid: undefined })}.${encoded(claims)}.`;
  if (how === 'hmac') return sign({ alg: 'HS256' }, Buffer.from(pem));
  if (how === 'key' || how === 'unknown_key') {
    const other = await newKey(state.algorithm);
    return sign(how === 'key' ? {} : { kid: other.jwk.kid }, await importJWK(other.jwk));
  }
  const good = await sign({}, await importJWK(jwk));
  if (how !== 'signature') return good;
  const [signed, signature] = [good.slice(0, good.lastIndexOf('.')), Buffer.from(good.slice(good.lastIndexOf('.') + 1), 'base64url')];
  signature[10] ^= 1;
  return `${signed}.${signature.toString('base64url')}`;
}

function alteration(value) {
  const known = value === null || typeof value?.claims === 'object' || Object.hasOwn(alterations, value);
  if (!known) throw new Error(`nothing is altered by ${JSON.stringify(value)}`);
  return value;
}

const controls = {
  // true: only the new key is published; "overlap": the ones before stay until the next time.
  rotate_keys: async (state, value) => {
    state.keys = [await newKey(state.algorithm), ...(value === 'overlap' ? state.keys : [])];
    state.provider = build(state);
    state.handle = state.provider.callback();
  },
  slow_seconds: async (state, value) => void (state.slow_seconds = Number(value)),
  // Every request is answered with this, and with nothing in it; null ends it.
  status: async (state, value) => void (state.status = value),
  // true: connections are taken and closed; "refused": nobody listens; false: as ever.
  down: async (state, value) => {
    state.down = value === true;
    if (value) state.server.closeAllConnections();
    if (value === 'refused' && state.server.listening) await new Promise((closed) => void state.server.close(closed));
    if (value !== 'refused' && !state.server.listening) await listen(state.server, state.port);
  },
  alter: async (state, value) => void (state.alter = alteration(value)),
  alter_logout: async (state, value) => void (state.alter_logout = alteration(value)),
  second_factor: async (state, value) => void (state.second_factor = value),
  clients: async (state, value) => void (state.clients = value.map((each) => clientMetadata(each, state.algorithm))),
  // Those with the same user name are replaced. Their sessions stay.
  accounts: async (state, value) => {
    const changed = value.map(complete);
    state.accounts = [...state.accounts.filter(({ user }) => !changed.some((each) => each.user === user)), ...changed];
  },
  end_session_of: async (state, value) => {
    const { sub } = state.accounts.find(({ user }) => user === value) ?? {};
    if (!sub) throw new Error(`there is nobody called ${value}`);
    const told_before = state.told.length;
    for (const { jti } of [...state.store.all('Session')].filter(({ accountId }) => accountId === sub)) {
      const session = await state.provider.Session.find(jti);
      for (const id of Object.keys(session.authorizations ?? {})) {
        const client = await state.provider.Client.find(id);
        if (client?.backchannelLogoutUri) await client.backchannelLogout(sub, session.sidFor(id)).catch(() => {});
      }
      await session.destroy();
    }
    return { told: state.told.slice(told_before) };
  },
};

async function control(request, response, state) {
  const answer = (status, body) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  if (!same(request.headers.authorization ?? '', `Bearer ${state.control_token}`)) return answer(401, { error: 'the control token is missing' });
  try {
    const { issuer, accounts, clients, told } = state;
    if (request.method === 'GET') return answer(200, { issuer, accounts, clients, told, keys: state.keys.map(({ jwk }) => jwk.kid) });
    const said = {};
    for (const [name, value] of Object.entries(JSON.parse(await readBody(request)))) {
      if (!Object.hasOwn(controls, name)) throw new Error(`there is no control "${name}"`);
      Object.assign(said, await controls[name](state, value));
    }
    return answer(200, said);
  } catch (error) {
    return answer(400, { error: error.message });
  }
}

// --- the server ------------------------------------------------------------------------------------

// A CA and a certificate for this machine in a folder. What lies there and is good for another day is kept.
function certificateIn(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name) => join(folder, name);
  const openssl = (...words) => spawnSync('openssl', words, { encoding: 'utf8' });
  const must = (...words) => {
    const done = openssl(...words);
    if (done.status !== 0) throw new Error(`openssl ${words[0]}: ${done.stderr ?? done.error.message}`);
  };
  if (!existsSync(file('server.crt')) || openssl('x509', '-checkend', '86400', '-in', file('server.crt')).status !== 0) {
    const key = (name) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file(`${name}.key`)];
    must('req', '-x509', ...key('ca'), '-days', '90', '-subj', '/CN=St. Elsewhere demo CA', '-out', file('ca.crt'));
    must('req', ...key('server'), '-subj', '/CN=localhost', '-out', file('server.csr'));
    writeFileSync(file('server.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n');
    must('x509', '-req', '-in', file('server.csr'), '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial',
      '-days', '90', '-extfile', file('server.ext'), '-out', file('server.crt'));
  }
  return { ca: file('ca.crt'), cert: file('server.crt'), key: file('server.key') };
}

const listen = (server, port) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server.off('error', reject).address().port));
  });

/**
 * @param {object} options port, host ("127.0.0.1" or "localhost", as the issuer has it), plain (http), tls (a folder),
 *   cert and key (files), clients, accounts, algorithm ("ES256", "RS256"), second_factor ("asked", "always", "never"), trust (a file)
 */
export async function serve(options = {}) {
  const { port = 0, host = '127.0.0.1', plain = false, cert, key, clients = [], accounts = [], algorithm = 'ES256', second_factor = 'asked', trust } = options;
  const files = plain ? {} : cert ? { cert, key } : certificateIn(options.tls ?? mkdtempSync(join(tmpdir(), 'identity-')));
  const state = {
    algorithm, second_factor, trust, told: [], slow_seconds: 0, status: null, down: false, alter: null, alter_logout: null,
    accounts: accounts.map(complete),
    clients: clients.map((each) => clientMetadata(each, algorithm)),
    keys: [await newKey(algorithm)],
    cookie_key: random(32),
    control_token: random(24),
  };
  state.store = new Store(() => state.clients);
  const answer = async (request, response) => {
    if (state.slow_seconds > 0) await sleep(state.slow_seconds * 1000);
    if (state.status !== null) response.writeHead(state.status).end();
    else state.handle(request, response);
  };
  state.server = plain
    ? http.createServer(answer)
    : https.createServer({ cert: readFileSync(files.cert), key: readFileSync(files.key) }, answer);
  state.server.on('connection', (socket) => state.down && socket.destroy());
  state.port = await listen(state.server, port);
  state.issuer = `${plain ? 'http' : 'https'}://${host}:${state.port}`;
  state.provider = build(state);
  state.handle = state.provider.callback();
  const door = http.createServer((request, response) => control(request, response, state));
  const door_port = await listen(door, 0);
  const stop = () =>
    Promise.all([state.server, door].map((server) => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    })));
  return { issuer: state.issuer, ca: files.ca ?? null, control: `http://127.0.0.1:${door_port}/control`, control_token: state.control_token, stop };
}

const usage = `usage: node identity-provider.mjs [--config FILE] [--hospital FILE] [--port N] [--host 127.0.0.1|localhost]
         [--plain | --tls FOLDER | --cert FILE --key FILE] [--algorithm ES256|RS256] [--second-factor asked|always|never] [--trust FILE]
  --config    JSON with "clients", "accounts" and any of the options of serve()
  --hospital  hospital.json of generate.mjs: its cast are the accounts
  --tls       where a CA and a certificate are made, or kept (without: a new folder)
  --trust     certificate of those who are told of logouts
`;

async function main() {
  let said;
  try {
    const text = { type: 'string' };
    said = parseArgs({ options: {
      config: text, hospital: text, port: text, host: text, tls: text, cert: text, key: text, algorithm: text, 'second-factor': text, trust: text,
      plain: { type: 'boolean' }, help: { type: 'boolean' },
    } }).values;
  } catch (error) {
    process.stderr.write(`identity-provider: ${error.message}\n${usage}`);
    return 2;
  }
  if (said.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { config, hospital, 'second-factor': second_factor, ...words } = said;
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
  const options = { ...(config && read(config)), ...words, ...(second_factor && { second_factor }) };
  options.accounts = [...(hospital ? accountsOf(read(hospital)) : []), ...(options.accounts ?? [])];
  const { stop, ...ready } = await serve({ ...options, port: Number(options.port ?? 0) });
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop().then(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ ready: true, ...ready })}\n`);
  return undefined;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  main().then(
    (code) => code !== undefined && process.exit(code),
    (error) => {
      process.stderr.write(`identity-provider: ${error.message}\n`);
      process.exit(1);
    }
  );
}
