// The pages between an app and a person, in Chromium: sign-up, consent, form post, sign-out, errors. The app is a server of this script,
// which redirects each answer to another origin, as many apps do. Prints each step, what axe-core found, and what the browser reported.
//   node client-pages.mjs CHROMIUM ADDRESS ID_TOKEN_OF_ANOTHER_PERSON FOLDER_FOR_SCREENSHOTS
import { createServer } from 'node:http';
import { addAuthenticator, launch, openBrowser } from './look.mjs';

const [executablePath, address, foreignHint, folder] = process.argv.slice(2);
const received = [];
const steps = [];

const app = createServer(async (request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const body = (await request.toArray()).join('');
  if (['/callback', '/bye', '/stolen'].includes(url.pathname)) {
    const names = [...new URLSearchParams(body || url.search).keys()].sort();
    received.push(`${request.method} ${url.hostname}${url.pathname} ${names}`);
    // Of the answer to a form post, only the origin of the app may follow.
    response.writeHead(303, { location: request.method === 'POST' ? '/home' : `http://localhost:${app.address().port}/home` }).end();
  } else {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>home</title>');
  }
});
await new Promise(done => app.listen(0, '::', done));
const port = app.address().port;

const request = changes => `${address}/oauth2/authorize?${new URLSearchParams({
  response_type: 'code', client_id: 'asking', redirect_uri: `http://127.0.0.1:${port}/callback`, scope: 'openid profile email USER', state: 's&1',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...changes,
})}`;
const logout = changes => `${address}/oauth2/logout?${new URLSearchParams({
  post_logout_redirect_uri: `http://127.0.0.1:${port}/bye`, state: 'out', ...changes,
})}`;

const opened = await openBrowser(executablePath, folder);
const { browser, context, page, cdp, problems, violations, look } = opened;
const press = name => page.getByRole('button', { name, exact: true }).click();
const home = () => page.waitForFunction(() => document.title === 'home');
const step = async name => steps.push(`${name}: ${await page.getByRole('heading').first().textContent()}`);

/** Tries to send a form of the page to another place, and says what the policy of the page does. */
async function steal(path, prepare = async () => {}) {
  const other = await context.newPage();
  await prepare(other);
  await other.goto(path);
  const violated = await other.evaluate(action => new Promise(resolve => {
    document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective));
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action });
    document.body.append(form);
    form.submit();
    setTimeout(() => resolve('sent'), 2000);
  }), `http://localhost:${port}/stolen`);
  const { pathname } = new URL(other.url());
  steps.push(`${pathname} to another origin: ${violated}`);
  await other.close();
}

/** Keeps a page from running its script, so that it stays. */
const withoutScript = target => target.route('**/assets/*.js', route => route.abort());

try {
  await addAuthenticator(cdp);

  // Without a session: sign in, or create an account.
  await page.goto(request());
  await page.getByRole('link', { name: 'Create an account' }).waitFor();
  await look('sign-in-with-sign-up');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByRole('textbox').waitFor();
  await step('sign-up');
  await look('sign-up');
  await steal(page.url());
  await page.getByRole('textbox').fill('Ada Lovelace');
  await press('Continue');
  await page.waitForURL('**/enroll/**');
  await step('link');
  await press('Create a passkey');

  // Consent.
  await page.waitForURL('**/oauth2/authorize?**');
  await step('consent');
  await look('consent');
  await steal(page.url());
  await press('Do not allow');
  await home();
  await page.goto(request());
  await press('Allow');
  await home();
  await page.goto(request());
  await home();

  // An app on the device: the page stays, because nothing here opens the address.
  await page.goto(request({ redirect_uri: 'com.example.app:/callback', prompt: 'consent' }));
  await press('Allow');
  await page.getByRole('link', { name: 'Continue' }).waitFor();
  await step(`app ${(await page.getByRole('link', { name: 'Continue' }).getAttribute('href')).split('?')[0]}`);
  await look('continue');
  await steal(request({ client_id: 'app', redirect_uri: 'com.example.app:/callback', response_mode: 'form_post' }), withoutScript);

  // Form post: with script, with its button, and to an address that a policy cannot name.
  const formPost = request({ client_id: 'app', response_mode: 'form_post' });
  await page.goto(formPost).catch(() => {});
  await home();
  await steal(formPost, withoutScript);
  await page.goto(request({ client_id: 'app', response_mode: 'form_post', redirect_uri: `http://[::1]:${port}/callback` })).catch(() => {});
  await home();
  await withoutScript(page);
  await page.goto(formPost);
  await step('form post');
  await look('form-post');
  await page.unroute('**/assets/*.js');
  const plain = await launch(executablePath);
  const still = await (await plain.newContext({ javaScriptEnabled: false, storageState: await context.storageState() })).newPage();
  await still.goto(formPost);
  await still.getByRole('button', { name: 'Continue' }).click();
  await still.waitForURL('**/home');
  await plain.close();

  await page.goto(`${address}/account`);
  await step('account');
  await look('account-of-sign-up');
  await page.goto(request({ redirect_uri: 'https://evil.example/' }));
  await step('wrong address');
  await look('error');

  // Sign out.
  await page.goto(logout());
  await step('sign out');
  await look('sign-out');
  await steal(page.url());
  await press('Stay signed in');
  await step('stays');
  await page.goto(logout({ id_token_hint: foreignHint }));
  await press('Sign out');
  await home();
  await page.goto(logout());
  await step('signed out');

  console.log(JSON.stringify({ steps, received, violations, problems }));
} catch (error) {
  await page.screenshot({ path: `${folder}/failed.png`, fullPage: true }).catch(() => {});
  console.error(`${error.stack}\n${page.url()}\nsteps: ${JSON.stringify(steps)}\nreceived: ${JSON.stringify(received)}\nproblems: ${JSON.stringify(problems)}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  app.close();
  app.closeAllConnections();
}
