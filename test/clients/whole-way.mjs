// The whole way of a person in Chromium with a virtual authenticator, and of an app with openid-client: link, passkey, sign-in, code,
// token, userinfo, guarded routes, consent, account, and sign-out. The apps are at http://127.0.0.1, on a free port.
//   node whole-way.mjs CHROMIUM ISSUER LINK FOLDER_FOR_SCREENSHOTS
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import * as client from 'openid-client';
import { addAuthenticator, openBrowser } from './look.mjs';

const [executablePath, issuer, link, folder] = process.argv.slice(2);
const { browser, page, cdp, problems } = await openBrowser(executablePath, folder);
const steps = [];

// The last form that an app got.
let form = '';
const server = createServer(async (request, response) => {
  form = request.method === 'POST' ? (await request.toArray()).join('') : form;
  response.setHeader('content-type', 'text/html').end('<title>The app</title>');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const app = `http://127.0.0.1:${server.address().port}`;

const step = text => steps.push(text);
const where = () => page.url().replace(issuer, '').replace(app, 'app').split('?')[0];
const press = (name, options) => page.getByRole('button', { name, exact: true }).click(options);
const call = async (path, token) => (await fetch(`${issuer}${path}`, { headers: token ? { authorization: `Bearer ${token}` } : {} })).status;

async function start(config, more) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: `${app}/callback`,
    scope: 'openid profile USER ADMIN',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  });

  return { checks, address };
}

try {
  const authenticatorId = await addAuthenticator(cdp);
  const touches = enabled => cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });

  await page.goto(link);
  await press('Create a passkey');
  await page.waitForURL('**/account');
  step(`enrolled: ${where()}`);
  await press('Sign out');
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  // The list of the text field would use the passkey at once, so it waits for the button.
  await touches(false);

  const config = await client.discovery(new URL(issuer), 'spa', undefined, client.None(), { execute: [client.allowInsecureRequests] });
  const { checks, address } = await start(config);
  await page.goto(address.href);
  step(`asked to sign in: ${where()}`);
  await touches(true);
  await press('Sign in with a passkey', { timeout: 2000 }).catch(() => {});
  await page.waitForURL(`${app}/callback?**`);
  await touches(false);
  step(`back: ${where()}`);

  const tokens = await client.authorizationCodeGrant(config, new URL(page.url()), checks);
  const { sub, preferred_username } = tokens.claims();
  step(`signed in: ${preferred_username}, ${tokens.scope}`);
  step(`userinfo: ${(await client.fetchUserInfo(config, tokens.access_token, sub)).name}`);
  const me = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${issuer}/user/me`), 'GET');
  assert.equal((await me.json()).sub, sub);
  step(`/user/me ${me.status}, /admin/users ${await call('/admin/users', tokens.access_token)}, `
    + `with the ID token ${await call('/user/me', tokens.id_token)}, without ${await call('/user/me')}`);
  await assert.rejects(client.authorizationCodeGrant(config, new URL(page.url()), checks), { error: 'invalid_grant' });
  step('the code a second time: invalid_grant');

  // The session is enough now, but this client asks for consent, and gets the code by a form.
  const asking = await client.discovery(new URL(issuer), 'asking', undefined, client.None(), { execute: [client.allowInsecureRequests] });
  const second = await start(asking, { response_mode: 'form_post', scope: 'openid USER' });
  await page.goto(second.address.href);
  step(`consent: ${await page.getByRole('heading').first().textContent()}`);
  await press('Allow');
  await page.waitForURL(`${app}/callback`);
  const answer = new Request(page.url(), {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form,
  });
  step(`allowed: ${(await client.authorizationCodeGrant(asking, answer, second.checks)).scope}`);

  await page.goto(`${issuer}/account`);
  step(`account: ${await page.locator('.heading p').last().textContent()}, ${await page.locator('.items').last().locator('> li').count()} session`);

  await page.goto(client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: `${app}/bye`, id_token_hint: tokens.id_token, state: 'out',
  }).href);
  step(`signed out: ${where()}, ${new URL(page.url()).search}`);
  await page.goto(`${issuer}/account`);
  step(`account without a session: ${where()}`);
  await page.goto((await start(config, { prompt: 'none' })).address.href);
  step(`silent request: ${new URL(page.url()).searchParams.get('error')}`);

  console.log(JSON.stringify({ steps, problems }));
} catch (error) {
  await page.screenshot({ path: `${folder}/failed-whole-way.png`, fullPage: true }).catch(() => {});
  console.error(`${error.stack}\nat: ${page.url()}\nsteps: ${JSON.stringify(steps)}\nproblems: ${JSON.stringify(problems)}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
