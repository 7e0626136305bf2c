import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as oauth from 'oauth4webapi';
import { check } from '../checks.mjs';
import { importRecipe } from '../recipe.mjs';

/** Runs the programs of docs/sign-in.md, which use the libraries that the other checks examine. */
export async function checkRecipesSignIn({ issuer, browse, secret, redirect }) {
  const changes = { 'http://localhost:5000': issuer, "'SECRET'": `'${secret}'`, 'http://localhost:3000': new URL(redirect).origin };

  await check('openid-client signs a person in as documented', async () => {
    await importRecipe('openid-client', {
      ...changes, '\ncreateServer(': '\nglobalThis.site = createServer(', 'listen(3000)': "listen(0, '127.0.0.1')",
    });
    const { site } = globalThis;
    if (!site.listening) await once(site, 'listening');
    const address = `http://127.0.0.1:${site.address().port}`;

    try {
      const start = await fetch(address, { redirect: 'manual' });
      const answer = await browse(start.headers.get('location'));
      assert.equal(`${answer.origin}${answer.pathname}`, redirect);
      const claims = await (await fetch(`${address}/callback${answer.search}`)).json();
      assert.deepEqual([claims.aud, claims.preferred_username], ['web', 'ann']);
    } finally {
      site.close();
      site.closeAllConnections();
    }
  });

  await check('oauth4webapi signs a person in as documented', async () => {
    const { start, finish } = await importRecipe('oauth4webapi', changes);
    const { address, checks } = await start();
    const tokens = await finish(await browse(address), checks);

    assert.equal(oauth.getValidatedIdTokenClaims(tokens).preferred_username, 'ann');
  });
}
