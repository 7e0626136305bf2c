// Uses Swagger UI as a person would: authorizes with a client's id and secret, tries /user/me, and prints what is shown.
//   node swagger.mjs CHROMIUM ADDRESS CLIENT_ID CLIENT_SECRET SCREENSHOT
import { chromium } from 'playwright-core';

const [executablePath, address, clientId, clientSecret, screenshot] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
  const problems = [];
  page.on('pageerror', error => problems.push(error.message));
  page.on('requestfailed', request => problems.push(`${request.url()} ${request.failure()?.errorText}`));

  await page.goto(`${address}/`);
  await page.locator('button.authorize').click();
  const dialog = page.locator('.modal-ux');
  await dialog.locator('input[name="clientId"], #client_id_clientCredentials').first().fill(clientId);
  await dialog.locator('input[name="clientSecret"], #client_secret_clientCredentials').first().fill(clientSecret);
  await dialog.locator('label[for$="USER-checkbox-clientCredentials"], label[for*="USER"]').first().click();
  await dialog.locator('button.authorize').click();
  await dialog.getByText('Authorized', { exact: true }).first().waitFor();
  await dialog.locator('button.btn-done').click();

  const operation = page.locator('.opblock', { hasText: '/user/me' });
  await operation.locator('.opblock-summary').click();
  await operation.locator('button.try-out__btn').click();
  await operation.locator('button.execute').click();
  const response = operation.locator('.live-responses-table .response');
  await response.waitFor();

  const operations = await page.locator('.opblock-summary').evaluateAll(blocks =>
    blocks.map(block => `${block.querySelector('.opblock-summary-method').textContent} ${block.querySelector('.opblock-summary-path').textContent.trim().replace(/\u200b/g, '')}`));

  await page.screenshot({ path: screenshot, fullPage: true });
  console.log(JSON.stringify({
    operations,
    problems,
    status: (await response.locator('.response-col_status').first().textContent()).trim().slice(0, 3),
    body: await response.locator('.response-col_description pre').first().textContent(),
  }));
} finally {
  await browser.close();
}
