// identity-provider.test.mjs - the demo's OpenID provider signs people in as the standard asks, and misbehaves when told to.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

// Debian's Node 18 cannot run it (README.md); ./test brings a newer one.
const too_old = typeof URL.parse !== 'function' && `Node ${process.version} is too old for oidc-provider`;
const { acr, accountsOf, serve } = too_old ? {} : await import('./identity-provider.mjs');
const { createLocalJWKSet, decodeProtectedHeader, jwtVerify } = too_old ? {} : await import('jose');

const random = () => randomBytes(16).toString('base64url');
const callback = 'https://halligan.example/api/v1/providers/login/callback';
const accounts = [
  { user: 'a.osei', name: 'Dr Ama Osei', password: 'right', code: '123456', key: 'touched', groups: ['role-physician', 'ED doctors'] },
  { user: 'n.okafor', name: 'Ngozi Okafor', password: 'right too' },
];

let folder;
let provider;
let logouts;  // what the listener was told
let listener;

before(async () => {
  if (too_old) return;
  folder = mkdtempSync(join(tmpdir(), 'halligan-identity-'));
  logouts = [];
  listener = createServer(async (asked, response) => {
    let body = '';
    for await (const part of asked) body += part;
    logouts.push(new URLSearchParams(body).get('logout_token'));
    response.end();
  });
  await new Promise((listening) => void listener.listen(0, '127.0.0.1', listening));
  const clients = [
    { client_id: 'halligan', client_secret: 'a secret of theirs', redirect_uris: [callback], post_logout_redirect_uris: ['https://halligan.example/console/'],
      backchannel_logout_uri: `http://127.0.0.1:${listener.address().port}/logout` },
    { client_id: 'public', redirect_uris: [callback] },
  ];
  provider = await serve({ tls: folder, clients, accounts });
});

after(async () => {
  if (too_old) return;
  await provider.stop();
  listener.close();
  rmSync(folder, { recursive: true });
});

// As a browser does it, with TLS checked against the CA: fetch cannot be given one.
function browser() {
  const cookies = new Map();
  const ask = (url, { method = 'GET', form, headers = {} } = {}) =>
    new Promise((resolve, reject) => {
      const body = form && String(new URLSearchParams(form));
      const kept = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const sent = request(url, {
        method, ca: readFileSync(provider.ca), agent: false,
        headers: { ...headers, ...(kept && { Cookie: kept }), ...(body && { 'Content-Type': 'application/x-www-form-urlencoded' }) },
      }, async (answer) => {
        for (const line of answer.headers['set-cookie'] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
          if (value) cookies.set(name, value);
          else cookies.delete(name);
        }
        let text = '';
        for await (const part of answer) text += part;
        resolve({ status: answer.statusCode, headers: answer.headers, text, url });
      });
      sent.once('error', reject).end(body);
    });
  // To the first page that is no redirect, or to the first address that is not the provider's.
  const follow = async (url, more) => {
    let answer = await ask(url, more);
    while (answer.headers.location) {
      const next = new URL(answer.headers.location, answer.url);
      if (next.origin !== provider.issuer) return { ...answer, left: next };
      answer = await ask(next.href);
    }
    return answer;
  };
  return { ask, follow };
}

const metadata = async () => JSON.parse((await browser().ask(`${provider.issuer}/.well-known/openid-configuration`)).text);
const keys = async () => JSON.parse((await browser().ask((await metadata()).jwks_uri)).text);

async function control(message) {
  const answer = await fetch(provider.control, { method: 'POST', headers: { Authorization: `Bearer ${provider.control_token}` }, body: JSON.stringify(message) });
  const said = await answer.json();
  assert.equal(answer.status, 200, said.error);
  return said;
}

function begin(more = {}) {
  const flow = { verifier: random() + random(), state: random(), nonce: random() };
  const query = {
    response_type: 'code', client_id: 'halligan', redirect_uri: callback, scope: 'openid profile', state: flow.state, nonce: flow.nonce,
    code_challenge: createHash('sha256').update(flow.verifier).digest('base64url'), code_challenge_method: 'S256', ...more,
  };
  for (const name of Object.keys(query)) if (query[name] === undefined) delete query[name];
  return { ...flow, url: `${provider.issuer}/auth?${new URLSearchParams(query)}` };
}

async function redeem({ verifier }, code, { client = 'halligan', secret = 'a secret of theirs' } = {}) {
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier, ...(!secret && { client_id: client }) };
  const headers = secret ? { Authorization: `Basic ${Buffer.from(`${client}:${encodeURIComponent(secret)}`).toString('base64')}` } : {};
  const answer = await browser().ask((await metadata()).token_endpoint, { method: 'POST', form, headers });
  return { status: answer.status, ...JSON.parse(answer.text) };
}

const mfa = { acr_values: 'urn:halligan:demo:mfa' };
const osei = { user: 'a.osei', password: 'right', code: '123456' };

// The whole way: page, form, code, token.
async function signIn(form = osei, more = mfa, visitor = browser()) {
  const flow = begin(more);
  let answer = await visitor.follow(flow.url);
  if (!answer.left) answer = await visitor.follow(answer.url, { method: 'POST', form });
  assert.ok(answer.left, `still at the provider: ${answer.status} ${answer.text}`);
  const said = Object.fromEntries(answer.left.searchParams);
  assert.equal(said.state, flow.state);
  assert.equal(said.iss, provider.issuer);
  const { id_token } = said.code ? await redeem(flow, said.code) : {};
  return { flow, said, id_token, visitor };
}

async function claimsOf(id_token, { nonce } = {}) {
  const { payload } = await jwtVerify(id_token, createLocalJWKSet(await keys()), { issuer: provider.issuer, audience: 'halligan', algorithms: ['ES256'] });
  if (nonce) assert.equal(payload.nonce, nonce);
  return payload;
}

describe('the identity provider', { skip: too_old }, () => {
  afterEach(() => control({ alter: null, alter_logout: null, slow_seconds: 0, status: null, down: false, second_factor: 'asked' }));

  test('publishes what a client needs, over TLS', async () => {
    const published = await metadata();
    assert.equal(published.issuer, provider.issuer);
    assert.deepEqual(published.code_challenge_methods_supported, ['S256']);
    assert.equal(published.authorization_response_iss_parameter_supported, true);
    assert.equal(published.backchannel_logout_supported, true);
    assert.equal(published.backchannel_logout_session_supported, true);
    assert.deepEqual(published.id_token_signing_alg_values_supported, ['ES256']);
    assert.deepEqual(published.acr_values_supported, Object.values(acr));
    assert.ok((await keys()).keys.every((key) => key.kid && key.d === undefined));
  });

  test('two factors, and an ID token that says so', async () => {
    const { flow, id_token } = await signIn();
    const claims = await claimsOf(id_token, flow);
    assert.equal(claims.acr, acr.mfa);
    assert.deepEqual(claims.amr, ['pwd', 'otp']);
    assert.equal(claims.preferred_username, 'a.osei');
    assert.equal(claims.name, 'Dr Ama Osei');
    assert.deepEqual(claims.groups, ['role-physician', 'ED doctors']);
    assert.ok(!claims.sub.includes('osei') && claims.sid);
    assert.ok(Math.abs(claims.auth_time - Date.now() / 1000) < 5);
  });

  test('one factor where two are not asked for, or somebody has but one', async () => {
    assert.equal((await claimsOf((await signIn(osei, {})).id_token)).acr, acr.password);
    const claims = await claimsOf((await signIn({ user: 'n.okafor', password: 'right too' })).id_token);
    assert.equal(claims.acr, acr.password);
    assert.deepEqual(claims.amr, ['pwd']);
  });

  test('a security key is the stronger', async () => {
    const claims = await claimsOf((await signIn({ ...osei, code: 'touched' }, { acr_values: acr.key })).id_token);
    assert.equal(claims.acr, acr.key);
    assert.deepEqual(claims.amr, ['pwd', 'hwk']);
  });

  test('the second factor can be asked of everybody, or nobody', async () => {
    await control({ second_factor: 'always' });
    assert.equal((await claimsOf((await signIn(osei, {})).id_token)).acr, acr.mfa);
    await control({ second_factor: 'never' });
    assert.equal((await claimsOf((await signIn()).id_token)).acr, acr.password);
  });

  test('a wrong password, a wrong code and an unknown name get the page again', async () => {
    for (const wrong of [{ password: 'wrong' }, { code: '000000' }, { code: '' }, { user: 'nobody' }, { user: '"><script>' }]) {
      const visitor = browser();
      const at = await visitor.follow(begin(mfa).url);
      assert.equal(at.status, 200);
      const again = await visitor.follow(at.url, { method: 'POST', form: { ...osei, ...wrong } });
      assert.equal(again.status, 401);
      assert.match(again.text, /That is not right/);
      assert.doesNotMatch(again.text, /<script/);
      assert.ok((await visitor.follow(again.url, { method: 'POST', form: osei })).left);
    }
  });

  test('whoever cancels goes back with an error', async () => {
    const { said } = await signIn({ cancel: 'yes' });
    assert.equal(said.error, 'access_denied');
  });

  test('a session lasts; prompt=login, max_age and a second factor ask again', async () => {
    const { visitor, id_token } = await signIn(osei, {});
    const first = await claimsOf(id_token);
    assert.ok((await visitor.follow(begin().url)).left, 'it asked again');
    for (const more of [{ prompt: 'login' }, mfa]) assert.equal((await visitor.follow(begin(more).url)).left, undefined);
    assert.equal((await browser().follow(begin({ prompt: 'none' }).url)).left.searchParams.get('error'), 'login_required');
    await new Promise((passed) => void setTimeout(passed, 1_100));
    assert.equal((await visitor.follow(begin({ max_age: '0' }).url)).left, undefined);
    const again = await claimsOf((await signIn(osei, { ...mfa, prompt: 'login', max_age: '0' }, visitor)).id_token);
    assert.ok(again.auth_time > first.auth_time);
    assert.equal(again.acr, acr.mfa);
    assert.equal(again.sid, first.sid);
    assert.ok((await visitor.follow(begin(mfa).url)).left, 'a session of two factors does for two factors');
  });

  test('no PKCE, no code; a code once, by its verifier and its client', async () => {
    for (const without of [{ code_challenge: undefined, code_challenge_method: undefined }, { code_challenge_method: 'plain' }]) {
      assert.equal((await browser().follow(begin(without).url)).left.searchParams.get('error'), 'invalid_request');
    }
    assert.equal((await browser().follow(begin({ redirect_uri: 'https://another.example/' }).url)).status, 400);
    const visitor = browser();
    await signIn(osei, {}, visitor);
    const fresh = async (more) => {
      const flow = begin(more);
      return { flow, code: (await visitor.follow(flow.url)).left.searchParams.get('code') };
    };
    const one = await fresh();
    assert.equal((await redeem({ verifier: random() + random() }, one.code)).error, 'invalid_grant');
    const two = await fresh();
    assert.equal((await redeem(two.flow, two.code, { secret: 'wrong' })).error, 'invalid_client');
    assert.equal((await redeem(two.flow, two.code)).status, 200);
    assert.equal((await redeem(two.flow, two.code)).error, 'invalid_grant');
    const three = await fresh({ client_id: 'public' });
    assert.equal((await redeem(three.flow, three.code, { client: 'public', secret: '' })).status, 200);
  });

  test('keys are changed, and the old one is gone or stays for a while', async () => {
    const { id_token } = await signIn();
    await control({ rotate_keys: 'overlap' });
    assert.equal((await keys()).keys.length, 2);
    await claimsOf(id_token);
    const newer = (await signIn()).id_token;
    assert.notEqual(decodeProtectedHeader(newer).kid, decodeProtectedHeader(id_token).kid);
    await control({ rotate_keys: true });
    assert.equal((await keys()).keys.length, 1);
    await assert.rejects(claimsOf(newer), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
    await claimsOf((await signIn()).id_token);
  });

  test('whoever is signed out elsewhere is told of: by an administrator, by the person', async () => {
    for (const how of ['administrator', 'person']) {
      const { id_token, visitor } = await signIn();
      const { sid, sub } = await claimsOf(id_token);
      logouts.length = 0;
      if (how === 'administrator') {
        const { told } = await control({ end_session_of: 'a.osei' });
        assert.ok(told.length > 0 && told.every(({ status }) => status === 200));
      } else {
        const page = await visitor.follow(`${provider.issuer}/session/end?${new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: 'https://halligan.example/console/' })}`);
        const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)[1];
        const { left } = await visitor.follow(`${provider.issuer}/session/end/confirm`, { method: 'POST', form: { xsrf, logout: 'yes' } });
        assert.equal(left.href, 'https://halligan.example/console/');
      }
      const tokens = await Promise.all(logouts.map((token) => claimsOf(token)));
      const ours = tokens.find((each) => each.sid === sid);
      assert.equal(ours.sub, sub);
      assert.deepEqual(ours.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
      assert.ok(ours.jti && ours.nonce === undefined);
      assert.equal(decodeProtectedHeader(logouts[0]).typ, 'logout+jwt');
      assert.equal((await visitor.follow(begin().url)).left, undefined, 'the session is still there');
    }
  });

  test('hostile tokens are wrong in the one way that was asked for', async () => {
    const codes = {
      audience: 'ERR_JWT_CLAIM_VALIDATION_FAILED', issuer: 'ERR_JWT_CLAIM_VALIDATION_FAILED', expired: 'ERR_JWT_EXPIRED',
      none: 'ERR_JOSE_ALG_NOT_ALLOWED', hmac: 'ERR_JOSE_ALG_NOT_ALLOWED', key: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      signature: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED', unknown_key: 'ERR_JWKS_NO_MATCHING_KEY',
    };
    for (const [alter, code] of Object.entries(codes)) {
      await control({ alter });
      const { id_token } = await signIn();
      await assert.rejects(claimsOf(id_token), (error) => error.code === code, `${alter} should be ${code}`);
    }
    const seen = async (alter) => {
      await control({ alter });
      const { flow, id_token } = await signIn();
      return { flow, ...(await claimsOf(id_token)) };
    };
    const wrong = await seen('nonce');
    assert.ok(wrong.nonce && wrong.nonce !== wrong.flow.nonce);
    assert.equal((await seen('no_nonce')).nonce, undefined);
    assert.equal((await seen('no_expiry')).exp, undefined);
    const now = Date.now() / 1000;
    assert.ok((await seen('future')).iat > now + 3_000);
    assert.ok((await seen('old')).iat < now - 80_000);
    assert.ok((await seen('old_sign_in')).auth_time < now - 80_000);
    const other = await seen({ claims: { preferred_username: 'adm.silva', groups: null } });
    assert.equal(other.preferred_username, 'adm.silva');
    assert.equal(other.groups, undefined);
    await assert.rejects(control({ alter: 'everything' }), /nothing is altered/);
  });

  test('hostile logout tokens, too', async () => {
    await signIn();
    logouts.length = 0;
    await control({ alter_logout: { claims: { nonce: 'one', events: null } } });
    await control({ end_session_of: 'a.osei' });
    const claims = await claimsOf(logouts[0]);
    assert.equal(claims.nonce, 'one');
    assert.equal(claims.events, undefined);
  });

  test('slow, broken, closing and gone', async () => {
    const took = async () => {
      const began = performance.now();
      await metadata();
      return performance.now() - began;
    };
    await control({ slow_seconds: 0.4 });
    assert.ok((await took()) >= 390);
    await control({ slow_seconds: 0, status: 503 });
    assert.equal((await browser().ask(`${provider.issuer}/jwks`)).status, 503);
    await control({ status: null, down: true });
    await assert.rejects(metadata(), { code: 'ECONNRESET' });
    await control({ down: 'refused' });
    await assert.rejects(metadata(), { code: 'ECONNREFUSED' });
    await control({ down: false });
    assert.equal((await metadata()).issuer, provider.issuer);
  });

  test('people and clients can be others, and only who has the token decides', async () => {
    await control({ accounts: [{ user: 'a.osei', sub: 'another', password: 'new', code: '654321', groups: [] }] });
    const claims = await claimsOf((await signIn({ user: 'a.osei', password: 'new', code: '654321' })).id_token);
    assert.equal(claims.sub, 'another');
    assert.deepEqual(claims.groups, []);
    await control({ accounts });
    assert.equal((await fetch(provider.control, { method: 'POST', body: '{}' })).status, 401);
    await assert.rejects(control({ open_everything: true }), /there is no control/);
  });

  test('the cast of the hospital', () => {
    const hospital = { cast: [{ id: 'a.osei', password: 'p' }], staff: [{ id: 'a.osei', name: 'Ama', roles: ['physician'], department: 'cardiology' }, { id: 's-1' }] };
    const [only, ...others] = accountsOf(hospital);
    assert.equal(others.length, 0);
    assert.deepEqual(only.groups, ['role-physician', 'dept-cardiology']);
    assert.equal(only.password, 'p');
  });

  test('RS256, plain HTTP on this machine', async () => {
    const other = await serve({ plain: true, host: 'localhost', algorithm: 'RS256' });
    try {
      const published = await (await fetch(`${other.issuer}/.well-known/openid-configuration`)).json();
      assert.match(published.jwks_uri, /^http:\/\/localhost:/);
      assert.equal((await (await fetch(published.jwks_uri)).json()).keys[0].alg, 'RS256');
    } finally {
      await other.stop();
    }
  });
});
