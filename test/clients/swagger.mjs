// Authorizes in Swagger UI with a client ID and secret, tries /user/me, and prints the page's response.
//   node swagger.mjs CHROMIUM ADDRESS CLIENT_ID CLIENT_SECRET SCREENSHOT
import { openSwagger, tryOut } from './swagger-page.mjs';

const [executablePath, address, clientId, clientSecret, screenshot] = process.argv.slice(2);
const { browser, page, problems } = await openSwagger(executablePath, address, clientId, clientSecret, ['USER']);

try {
  const operations = await page.locator('.opblock-summary').evaluateAll(blocks =>
    blocks.map(block => `${block.querySelector('.opblock-summary-method').textContent} ${block.querySelector('.opblock-summary-path').textContent.trim().replace(/\u200b/g, '')}`));
  const me = await tryOut(page, 'get', '/user/me');

  await page.screenshot({ path: screenshot, fullPage: true });
  console.log(JSON.stringify({ operations, problems, status: me.status, body: me.text }));
} finally {
  await browser.close();
}
