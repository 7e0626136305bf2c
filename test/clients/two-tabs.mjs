// Signs a person in to a single page app in two tabs, which renew their tokens at once. One of them then revokes its refresh token.
//   node two-tabs.mjs CHROMIUM ADDRESS LINK ORIGIN_OF_THE_APP
import { addAuthenticator, launch } from './look.mjs';

const [executablePath, address, link, origin] = process.argv.slice(2);
const browser = await launch(executablePath);
const steps = [];

/** Runs in a tab: calls a method of the library, and returns the refresh token that it then has, or the error. */
async function call([authority, origin, method]) {
  const { UserManager } = await import('oidc-client-ts');
  const users = new UserManager({
    authority, client_id: 'spa', redirect_uri: `${origin}/callback`, scope: 'openid profile email USER', revokeTokenTypes: ['refresh_token'],
  });

  try {
    await users[method]();

    return (await users.getUser()).refresh_token ?? 'none';
  } catch (error) {
    return error.error ?? error.message;
  }
}

try {
  const context = await browser.newContext();
  const first = await context.newPage();
  await addAuthenticator(await context.newCDPSession(first));

  await first.goto(link);
  await first.getByRole('button', { name: 'Create a passkey', exact: true }).click();
  await first.waitForURL('**/account');
  await first.goto(origin);
  await first.getByRole('button', { name: 'Sign in', exact: true }).click();
  await first.waitForURL(`${origin}/`);
  await first.waitForFunction(() => document.querySelector('pre').textContent !== '');

  // A tab that a page opens gets a copy of its session storage, and so of the tokens.
  const [second] = await Promise.all([context.waitForEvent('page'), first.evaluate(() => { window.open('/'); })]);
  await second.waitForLoadState();
  const both = method => Promise.all([first, second].map(tab => tab.evaluate(call, [address, origin, method])));

  for (const what of ['renewed', 'renewed again']) {
    const tokens = await both('signinSilent');
    const isSame = tokens[0] === tokens[1] && tokens[0].startsWith('ort_');
    steps.push(`both tabs ${what}: ${isSame ? 'the same refresh token' : tokens.join(' and ')}`);
  }

  const revoked = await first.evaluate(call, [address, origin, 'revokeTokens']);
  steps.push(`first tab ${revoked === 'none' ? 'revoked' : revoked}`);
  steps.push(`second tab: ${await second.evaluate(call, [address, origin, 'signinSilent'])}`);

  console.log(JSON.stringify({ steps }));
} catch (error) {
  console.error(`${error.stack}\nsteps: ${JSON.stringify(steps)}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
