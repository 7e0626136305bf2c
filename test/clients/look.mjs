// Opens pages in Chromium and looks at each as people do: light, dark, wide and narrow, and with axe-core.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export async function openBrowser(executablePath, folder, javaScriptEnabled = true) {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, javaScriptEnabled });
  const page = await context.newPage();
  // One session for all: when a session ends, the browser forgets the virtual authenticators of the page.
  const cdp = await context.newCDPSession(page);
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const problems = [];
  const violations = [];
  page.on('console', message => message.type() === 'error' && /Content Security Policy/.test(message.text()) && problems.push(message.text()));
  page.on('pageerror', error => problems.push(error.message));

  async function look(name) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1000, 360, 320]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) problems.push(`${name} is ${overflow} px too wide at ${width} px`);
        if (width !== 320) await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true });
      }
      // Evaluated by the debugger, because the policy of the page allows no other script.
      const { result } = await cdp.send('Runtime.evaluate', {
        expression: `${axe}; axe.run().then(found => JSON.stringify(found.violations.map(rule =>
          rule.id + ': ' + rule.nodes.map(node => node.target).join(' '))))`,
        awaitPromise: true,
      });
      violations.push(...JSON.parse(result.value).map(text => `${name} (${colorScheme}): ${text}`));
    }
    await page.setViewportSize({ width: 1000, height: 800 });
  }

  return { browser, context, page, cdp, problems, violations, look };
}
