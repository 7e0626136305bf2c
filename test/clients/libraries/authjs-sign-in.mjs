import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Auth } from '@auth/core';
import { getToken } from '@auth/core/jwt';
import { check } from '../checks.mjs';
import { importRecipe } from '../recipe.mjs';

/** Serves a site that uses Auth.js, as its packages for web frameworks do. */
async function serve(config) {
  const server = createServer(async (request, response) => {
    const answer = await Auth(new Request(`http://${request.headers.host}${request.url}`, {
      method: request.method,
      headers: request.headers,
      body: request.method === 'POST' ? Buffer.concat(await request.toArray()) : undefined,
    }), config);
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'set-cookie': answer.headers.getSetCookie() });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));

  return server;
}

/** A browser with the cookies of one site. */
class Visitor {
  cookies = new Map();

  async open(address, init = {}) {
    const cookie = [...this.cookies].map(pair => pair.join('=')).join('; ');
    const response = await fetch(address, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const [name, value] of response.headers.getSetCookie().map(line => line.split(';')[0].split(/=(.*)/s))) {
      this.cookies.set(name, value);
    }

    return response;
  }
}

export async function checkAuthJsSignIn({ issuer, browse, secret }) {
  process.env.AUTH_SECRET = 'a secret of the site, which encrypts its cookies';
  const { config } = await importRecipe('Auth.js', { 'http://localhost:5000': issuer, "'SECRET'": `'${secret}'` });
  const problems = [];
  const server = await serve({ ...config, logger: { error: error => problems.push(error), warn: () => {}, debug: () => {} } });
  const site = `http://127.0.0.1:${server.address().port}/auth`;

  const signIn = async (visitor, change = () => {}) => {
    const { csrfToken } = await (await visitor.open(`${site}/csrf`)).json();
    const start = await visitor.open(`${site}/signin/issuer`, { method: 'POST', body: new URLSearchParams({ csrfToken, callbackUrl: site }) });
    const answer = await browse(start.headers.get('location'));
    assert.equal(`${answer.origin}${answer.pathname}`, `${site}/callback/issuer`);
    change(answer);

    return visitor.open(answer);
  };

  await check('Auth.js signs a person in', async () => {
    const visitor = new Visitor();
    const signedIn = await signIn(visitor);
    assert.deepEqual([signedIn.status, signedIn.headers.get('location'), problems], [302, site, []]);

    const { user } = await (await visitor.open(`${site}/session`)).json();
    assert.deepEqual([user.name, user.email], ['ann Example', 'ann@example.com']);
    const cookies = { cookie: [...visitor.cookies].map(pair => pair.join('=')).join('; ') };
    const { accessToken } = await getToken({ req: { headers: cookies }, secret: config.secret });
    const me = await fetch(`${issuer}/user/me`, { headers: { authorization: `Bearer ${accessToken}` } });
    assert.equal((await me.json()).client_id, 'web');
  });

  for (const parameter of ['state', 'iss']) {
    await check(`Auth.js refuses an answer with another ${parameter}`, async () => {
      const visitor = new Visitor();
      await signIn(visitor, answer => answer.searchParams.set(parameter, 'https://other.example'));

      assert.equal(await (await visitor.open(`${site}/session`)).json(), null);
      assert.notEqual(problems.length, 0);
    });
  }

  server.close();
  server.closeAllConnections();
}
