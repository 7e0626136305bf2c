// Makes a passkey through a one-time link, signs in with Swagger UI's Authorize by code and PKCE, tries /user/me, and prints what is shown.
//   node swagger-sign-in.mjs CHROMIUM ADDRESS LINK
import { addAuthenticator, launch } from './look.mjs';
import { tryOut } from './swagger-page.mjs';

const [executablePath, address, link] = process.argv.slice(2);
const browser = await launch(executablePath);

try {
  const context = await browser.newContext({ viewport: { width: 1200, height: 1600 } });
  const page = await context.newPage();
  const problems = [];
  page.on('console', message => message.type() === 'error' && /Content Security Policy/.test(message.text()) && problems.push(message.text()));
  page.on('pageerror', error => problems.push(error.message));

  await addAuthenticator(await context.newCDPSession(page));
  await page.goto(link);
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  await page.waitForURL('**/account');

  await page.goto(`${address}/swagger`);
  await page.locator('button.authorize').click();
  const modal = page.locator('.modal-ux');
  const form = modal.locator('.auth-container', { has: page.locator('#client_id_authorizationCode') });
  for (const scope of ['USER', 'openid']) {
    await form.locator(`label[for*="${scope}"]`).first().click();
  }
  const popup = context.waitForEvent('page');
  await form.locator('button.authorize').click();
  // The person is signed in, so the window asks nothing and closes.
  const window = await popup;
  window.on('pageerror', error => problems.push(error.message));
  await modal.getByText('Authorized', { exact: true }).first().waitFor();
  await modal.locator('button.btn-done').first().click();

  const me = await tryOut(page, 'get', '/user/me');
  console.log(JSON.stringify({ problems, status: me.status, body: me.text }));
} finally {
  await browser.close();
}
