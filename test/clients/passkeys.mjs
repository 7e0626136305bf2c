// The whole way of a person in Chromium with a virtual authenticator: link, passkey, account, second passkey, sign out, sign in.
// Prints each step, what axe-core found, and what the browser reported.
//   node passkeys.mjs CHROMIUM ADDRESS LINK FOLDER_FOR_SCREENSHOTS
import { addAuthenticator, openBrowser } from './look.mjs';

const [executablePath, address, link, folder] = process.argv.slice(2);
const { browser, page, cdp, problems, violations, look } = await openBrowser(executablePath, folder);
const steps = [];

const step = name => steps.push(`${name}: ${new URL(page.url()).pathname.replace(/(enroll\/).*/, '$1…')}`);
const message = () => page.locator('.message[role=alert]').first();

try {
  const first = await addAuthenticator(cdp);

  await page.goto(link);
  await look('enroll');
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  await page.waitForURL('**/account');
  step('enrolled');
  await look('account');

  await page.goto(link);
  step(await page.getByRole('heading').first().textContent());
  await look('error');

  // The authenticator refuses a second passkey for the same account.
  await page.goto(`${address}/account`);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await message().filter({ hasText: 'already has a passkey' }).waitFor();
  step('same device');
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: first, enabled: false });
  const credentials = (await cdp.send('WebAuthn.getCredentials', { authenticatorId: first })).credentials;
  await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: first });
  const second = await addAuthenticator(cdp);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.locator('.items').first().locator('> li').nth(1).waitFor();
  step(`passkeys ${await page.locator('.items').first().locator('> li').count()}`);

  const item = page.locator('.items').first().locator('> li').first();
  await item.locator('summary', { hasText: 'Rename' }).click();
  await item.getByRole('textbox').fill('Old <laptop>');
  await look('account-rename');
  await item.getByRole('button', { name: 'Save' }).click();
  await page.locator('strong', { hasText: 'Old <laptop>' }).waitFor();
  step('renamed');
  const renamed = page.locator('li', { hasText: 'Old <laptop>' });
  await renamed.locator('summary', { hasText: 'Remove' }).click();
  await renamed.getByRole('button', { name: 'Remove' }).click();
  await page.locator('strong', { hasText: 'Old <laptop>' }).waitFor({ state: 'detached' });
  step(`passkeys ${await page.locator('.items').first().locator('> li').count()}`);

  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  step(await page.getByRole('heading').first().textContent());
  await look('signed-out');
  // The list of the text field would use the other passkey at once.
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: second, enabled: false });
  await page.goto(`${address}/account`);
  step('account without session');

  // Another name of the same server is another origin.
  await page.goto(`${address.replace('localhost', '127.0.0.1')}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await message().filter({ hasText: 'does not come from a page of this server' }).waitFor();
  step('other origin');

  // The removed passkey does not sign in.
  await page.goto(`${address}/sign-in`);
  await look('sign-in');
  await page.goto(`${address}/sign-in`);
  const kept = (await cdp.send('WebAuthn.getCredentials', { authenticatorId: second })).credentials;
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId: second });
  await cdp.send('WebAuthn.addCredential', { authenticatorId: second, credential: credentials[0] });
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: second, enabled: true });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click({ timeout: 2000 }).catch(() => {});
  await message().filter({ hasText: 'not accepted' }).waitFor();
  step('removed passkey');
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: second, enabled: false });
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId: second });
  await cdp.send('WebAuthn.addCredential', { authenticatorId: second, credential: kept[0] });

  // By autofill, without a click.
  await page.goto(`${address}/sign-in?return_to=%2Faccount`);
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: second, enabled: true });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click({ timeout: 2000 }).catch(() => {});
  await page.waitForURL('**/account');
  step('signed in');
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  step(await page.getByRole('heading').first().textContent());

  console.log(JSON.stringify({ steps, violations, problems }));
} catch (error) {
  await page.screenshot({ path: `${folder}/failed.png`, fullPage: true }).catch(() => {});
  console.error(`${error.stack}\nsteps: ${JSON.stringify(steps)}\nproblems: ${JSON.stringify(problems)}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
