// Opens pages in Chromium and looks at each as people do: light, dark, wide, zoomed and narrow, and with axe-core.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const launch = executablePath => chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A device that has passkeys and verifies its user (Web Authentication Level 3 §11). Returns its identifier. */
export async function addAuthenticator(cdp) {
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  await cdp.send('WebAuthn.enable');

  return (await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, automaticPresenceSimulation: true } })).authenticatorId;
}

export async function openBrowser(executablePath, folder) {
  const browser = await launch(executablePath);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
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
      // 640 px is the width of 1280 px at 200 %, and 320 px that at 400 % (WCAG 2.2 §1.4.10).
      for (const width of [1280, 640, 360, 320]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) problems.push(`${name} is ${overflow} px too wide at ${width} px`);
        if (width === 1280 || width === 360) await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true });
      }
      // Evaluated by the debugger, because the policy of the page allows no other script.
      const { result } = await cdp.send('Runtime.evaluate', {
        expression: `${axe}; axe.run().then(found => JSON.stringify(found.violations.map(rule =>
          rule.id + ': ' + rule.nodes.map(node => node.target).join(' '))))`,
        awaitPromise: true,
      });
      violations.push(...JSON.parse(result.value).map(text => `${name} (${colorScheme}): ${text}`));
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  return { browser, context, page, cdp, problems, violations, look };
}
