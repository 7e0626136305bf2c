// Lets libraries that nobody here wrote sign a person in to a running server. The browser is a fetch with the person's session.
// The last line counts.
//   node sign-in.mjs ISSUER COOKIE CLIENT_SECRET
import { report } from './checks.mjs';
import { checkAuthJsSignIn } from './libraries/authjs-sign-in.mjs';
import { checkOauth4webapiSignIn } from './libraries/oauth4webapi-sign-in.mjs';
import { checkOpenidClientSignIn } from './libraries/openid-client-sign-in.mjs';
import { checkRecipesSignIn } from './libraries/recipes-sign-in.mjs';

const [issuer, cookie, secret] = process.argv.slice(2);

/** Opens an address as the browser of the person, and returns the address that it is sent to. */
async function browse(address, session = cookie) {
  const response = await fetch(address, { redirect: 'manual', headers: session ? { cookie: session } : {} });

  return new URL(response.headers.get('location') ?? 'about:blank', issuer);
}

for (const checkLibrary of [checkOpenidClientSignIn, checkOauth4webapiSignIn, checkAuthJsSignIn, checkRecipesSignIn]) {
  await checkLibrary({ issuer, browse, secret, redirect: 'http://127.0.0.1:8123/callback', bye: 'http://127.0.0.1:8123/bye' });
}

report();
