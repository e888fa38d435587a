// identity-provider.mjs - a real OpenID provider (npm oidc-provider) for the made-up hospital: for trials and tests.
//
//   node identity-provider.mjs --settings FILE     prints one line of JSON when it listens: {"issuer": ...}
//
// The file: {"port", "client": {"id", "secret", "redirect_uri", "logout_uri"}, "accounts": {user: {"sub", "name",
// "password", "code", "groups"}}, "control"}. It keeps nothing and listens on 127.0.0.1 alone. Who has the secret
// `control` may POST to /control: {"slow_seconds"}, {"down"}, {"log_out": user}.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import Provider from 'oidc-provider';

const { values } = parseArgs({ options: { settings: { type: 'string' } } });
const settings = JSON.parse(readFileSync(values.settings, 'utf8'));
const issuer = `http://127.0.0.1:${settings.port}`;
const bySub = Object.fromEntries(Object.entries(settings.accounts).map(([user, account]) => [account.sub, { user, ...account }]));
const sessions = {}; // by user: the last session's id, as the client knows it
let slow = 0;
let down = false;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: settings.client.id,
      ...(settings.client.secret ? { client_secret: settings.client.secret } : { token_endpoint_auth_method: 'none' }),
      redirect_uris: [settings.client.redirect_uri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      require_auth_time: true,
      backchannel_logout_uri: settings.client.logout_uri,
      backchannel_logout_session_required: true,
    },
  ],
  acrValues: ['mfa', 'password'],
  claims: { acr: null, auth_time: null, iss: null, openid: ['sub'], sid: null, profile: ['preferred_username', 'name', 'groups'] },
  conformIdTokenClaims: false,
  cookies: { keys: [randomBytes(24).toString('hex')] },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  // Its own refuses addresses of this machine, where the whole trial is.
  fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
  findAccount: (_, sub) =>
    sub in bySub && {
      accountId: sub,
      claims: () => ({ sub, preferred_username: bySub[sub].user, name: bySub[sub].name, groups: bySub[sub].groups ?? [] }),
    },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
  // New ones with every start.
  jwks: { keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: randomBytes(8).toString('hex') }] },
  pkce: { required: () => true },
});

provider.on('authorization.success', (ctx) => {
  const { session, client } = ctx.oidc;
  if (session?.accountId) sessions[bySub[session.accountId].user] = session.sidFor(client.clientId);
});

const page = (uid, wrong) => `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hospital sign-in</title><style>body{font:16px sans-serif;max-width:22em;margin:3em auto;padding:0 1em}label{display:block;margin:.6em 0}
input{display:block;width:100%;padding:.5em;font:inherit;box-sizing:border-box}</style><h1>Hospital sign-in</h1>${wrong ? '<p role="alert">Something of this is wrong.</p>' : ''}
<form method="post" action="/sign-in/${uid}"><label>User name<input name="user" autocomplete="username"></label>
<label>Password<input name="password" type="password" autocomplete="current-password"></label>
<label>Code (where you have one)<input name="code" autocomplete="one-time-code"></label><button>Sign in</button></form></html>`;

async function bodyOf(request) {
  let text = '';
  for await (const part of request) {
    text += part;
    if (text.length > 10_000) throw new Error('too long');
  }
  return text;
}

async function signIn(request, response, uid) {
  if (request.method !== 'POST') return response.setHeader('content-type', 'text/html').end(page(uid, false));
  const form = new URLSearchParams(await bodyOf(request));
  const account = settings.accounts[form.get('user')];
  const right = account !== undefined && account.password === form.get('password');
  const code = form.get('code') ?? '';
  if (!right || (code !== '' && code !== account.code)) {
    response.statusCode = 401;
    return response.setHeader('content-type', 'text/html').end(page(uid, true));
  }
  const login = { accountId: account.sub, acr: code === '' ? 'password' : 'mfa', amr: code === '' ? ['pwd'] : ['pwd', 'otp'] };
  return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

async function control(request, response) {
  if (request.headers.authorization !== `Bearer ${settings.control}`) return (response.statusCode = 401), response.end();
  const asked = JSON.parse(await bodyOf(request));
  if ('slow_seconds' in asked) slow = asked.slow_seconds;
  if ('down' in asked) down = asked.down;
  if ('log_out' in asked) {
    const client = await provider.Client.find(settings.client.id);
    await client.backchannelLogout(settings.accounts[asked.log_out].sub, sessions[asked.log_out]);
  }
  return response.end('{}');
}

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, issuer);
  try {
    if (pathname === '/control') return await control(request, response);
    if (down) return request.socket.destroy();
    if (slow > 0) await new Promise((resolve) => setTimeout(resolve, slow * 1000));
    if (pathname.startsWith('/sign-in/')) return await signIn(request, response, pathname.slice('/sign-in/'.length));
    return provider.callback()(request, response);
  } catch (error) {
    process.stderr.write(`${error.stack}\n${error.cause ?? ''}\n`);
    response.statusCode = 500;
    return response.end();
  }
}).listen(settings.port, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ issuer })}\n`));
