// Uses Swagger UI as a person does: opens the page, authorizes, and tries operations.
import { launch } from './look.mjs';

export async function openSwagger(executablePath, address, clientId, clientSecret, scopes) {
  const browser = await launch(executablePath);
  const page = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
  const problems = [];
  page.on('console', message => message.type() === 'error' && /Content Security Policy/.test(message.text()) && problems.push(message.text()));
  page.on('pageerror', error => problems.push(error.message));
  page.on('requestfailed', request => problems.push(`${request.url()} ${request.failure()?.errorText}`));

  await page.goto(`${address}/`);
  await page.locator('button.authorize').click();
  const modal = page.locator('.modal-ux');
  // The dialog has a form for each flow.
  const dialog = modal.locator('.auth-container', { has: page.locator('#client_id_clientCredentials') });
  await dialog.locator('#client_id_clientCredentials').fill(clientId);
  await dialog.locator('#client_secret_clientCredentials').fill(clientSecret);
  for (const scope of scopes) {
    await dialog.locator(`label[for="${scope}-clientCredentials-checkbox-oauth2"], label[for*="${scope}"]`).first().click();
  }
  await dialog.locator('button.authorize').click();
  await modal.getByText('Authorized', { exact: true }).first().waitFor();
  await modal.locator('button.btn-done').first().click();

  return { browser, page, problems };
}

/** Tries an operation with parameters and a body, and returns the response that the page shows. */
export async function tryOut(page, method, path, { parameters = {}, body } = {}) {
  const operation = page.locator(`.opblock-${method}`, { has: page.locator(`[data-path="${path}"]`) });
  await operation.locator('.opblock-summary').click();
  // Removes the response of an earlier try.
  if (await operation.locator('button.cancel').count() > 0) {
    await operation.locator('button.btn-clear').click();
    await operation.locator('button.cancel').click();
  }
  await operation.locator('button.try-out__btn:not(.reset)').click();
  for (const [name, value] of Object.entries(parameters)) {
    await operation.locator(`tr[data-param-name="${name}"] input`).fill(value);
  }
  if (body !== undefined) {
    await operation.locator('textarea.body-param__text').fill(typeof body === 'string' ? body : JSON.stringify(body, null, 2));
  }
  await operation.locator('button.execute').click();
  const response = operation.locator('.live-responses-table .response');
  await response.waitFor();
  const status = Number((await response.locator('.response-col_status').first().textContent()).trim().slice(0, 3));
  const shown = response.locator('.response-col_description pre').first();
  const text = status === 204 ? '' : await shown.textContent();
  await operation.locator('.opblock-summary').click();
  return { status, text, json: text.trimStart().startsWith('{') ? JSON.parse(text) : null };
}
