// Signs a person in to a single page app and out again, and prints what the app shows, and what its library sends to the server.
//   node single-page-app.mjs CHROMIUM ADDRESS LINK ORIGIN_OF_THE_APP
import { addAuthenticator, launch } from './look.mjs';

const [executablePath, address, link, origin] = process.argv.slice(2);
const browser = await launch(executablePath);
const steps = [];
const requests = [];
const problems = [];

try {
  const context = await browser.newContext();
  const page = await context.newPage();
  await addAuthenticator(await context.newCDPSession(page));
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', error => problems.push(error.message));
  const press = name => page.getByRole('button', { name, exact: true }).click();

  await page.goto(link);
  await press('Create a passkey');
  await page.waitForURL('**/account');
  await press('Sign out');
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();

  page.on('request', request => {
    const { origin, pathname, searchParams } = new URL(request.url());
    if (origin === address && /oauth2|well-known|user/.test(pathname) && request.method() !== 'OPTIONS') {
      const names = [...searchParams.keys(), ...new URLSearchParams(request.postData() ?? '').keys()].sort().join();
      const line = `${request.method()} ${pathname} ${names}`.trimEnd();
      // The browser comes back from the sign-in page to the authorization endpoint, and the library reads the metadata on each page.
      if (!requests.includes(line)) requests.push(line);
    }
  });

  await page.goto(origin);
  await press('Sign in');
  await page.waitForURL('**/sign-in?**');
  // The list of the text field can be faster than the button.
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click({ timeout: 2000 }).catch(() => {});
  await page.waitForURL(`${origin}/`);
  await page.waitForFunction(() => document.querySelector('pre').textContent !== '');
  steps.push(`signed in at ${new URL(page.url()).pathname}`);
  const { profile, me } = JSON.parse(await page.locator('pre').textContent());
  const userinfo = await page.evaluate(async address => {
    const stored = JSON.parse(sessionStorage.getItem(`oidc.user:${address}:spa`));

    return (await fetch(`${address}/oauth2/userinfo`, { headers: { authorization: `Bearer ${stored.access_token}` } })).json();
  }, address);

  await press('Sign out');
  await page.waitForURL(url => url.pathname === '/oauth2/logout' || url.href === `${origin}/`);
  await page.waitForURL(`${origin}/`);
  steps.push(`signed out at ${new URL(page.url()).pathname}${await page.locator('pre').textContent()}`);
  await page.goto(`${address}/account`);
  steps.push(`account without session: ${new URL(page.url()).pathname}`);

  const other = await context.newPage();
  const failure = new Promise(resolve => other.on('pageerror', error => resolve(error.message)));
  await other.goto(origin.replace('localhost', '127.0.0.1'));
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  steps.push(`origin that is not listed: ${await failure}`);

  console.log(JSON.stringify({ steps, requests, profile, me, userinfo, problems }));
} catch (error) {
  console.error(`${error.stack}\nsteps: ${JSON.stringify(steps)}\nrequests: ${JSON.stringify(requests)}\nproblems: ${JSON.stringify(problems)}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
