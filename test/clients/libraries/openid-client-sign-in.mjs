import assert from 'node:assert/strict';
import * as client from 'openid-client';
import { check } from '../checks.mjs';

export async function checkOpenidClientSignIn({ issuer, browse, secret, redirect, bye }) {
  const insecure = { execute: [client.allowInsecureRequests] };
  const authentications = [
    ['app', client.None()], ['web', client.ClientSecretPost(secret)], ['web', client.ClientSecretBasic(secret)],
  ];

  const start = async (config, more = {}) => {
    const verifier = client.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: 'openid profile email USER',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      ...more,
    });

    return { checks, address };
  };

  for (const [id, authentication] of authentications) {
    const config = await client.discovery(new URL(issuer), id, undefined, authentication, insecure);

    await check(`openid-client signs a person in to ${id}`, async () => {
      const { checks, address } = await start(config, { max_age: '3600' });
      const tokens = await client.authorizationCodeGrant(config, await browse(address), { ...checks, maxAge: 3600, idTokenExpected: true });
      const claims = tokens.claims();

      assert.deepEqual([claims.aud, claims.preferred_username, tokens.scope], [id, 'ann', 'openid profile email USER']);
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
      assert.equal(userinfo.email, 'ann@example.com');
      const me = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${issuer}/user/me`), 'GET');
      assert.equal((await me.json()).sub, claims.sub);
    });

    await check(`openid-client understands a refusal to ${id}`, async () => {
      const { checks, address } = await start(config, { prompt: 'none' });

      await assert.rejects(
        client.authorizationCodeGrant(config, await browse(address, null), checks),
        { name: 'AuthorizationResponseError', error: 'login_required' });
    });

    await check(`openid-client is refused a code of ${id} a second time`, async () => {
      const { checks, address } = await start(config);
      const answer = await browse(address);
      await client.authorizationCodeGrant(config, answer, checks);

      await assert.rejects(client.authorizationCodeGrant(config, answer, checks), { name: 'ResponseBodyError', error: 'invalid_grant' });
    });
  }

  await check('openid-client stays signed in, introspects and revokes', async () => {
    const config = await client.discovery(new URL(issuer), 'staying', undefined, client.None(), insecure);
    const web = await client.discovery(new URL(issuer), 'web', undefined, client.ClientSecretPost(secret), insecure);
    const { checks, address } = await start(config, { scope: 'openid profile offline_access USER' });
    const first = await client.authorizationCodeGrant(config, await browse(address), checks);
    const [second, again] = await Promise.all([
      client.refreshTokenGrant(config, first.refresh_token), client.refreshTokenGrant(config, first.refresh_token),
    ]);
    const third = await client.refreshTokenGrant(config, second.refresh_token, { scope: 'openid' });

    assert.equal(again.refresh_token, second.refresh_token);
    assert.equal(third.claims().sub, first.claims().sub);
    assert.equal(third.scope, 'openid');
    const described = await client.tokenIntrospection(web, second.access_token);
    assert.deepEqual([described.active, described.username, described.scope], [true, 'ann', 'openid profile offline_access USER']);

    await client.tokenRevocation(config, third.refresh_token);
    assert.equal((await client.tokenIntrospection(web, second.access_token)).active, false);
    await assert.rejects(client.refreshTokenGrant(config, third.refresh_token), { name: 'ResponseBodyError', error: 'invalid_grant' });
  });

  await check('openid-client signs a person out', async () => {
    const config = await client.discovery(new URL(issuer), 'app', undefined, client.None(), insecure);
    const { checks, address } = await start(config);
    const tokens = await client.authorizationCodeGrant(config, await browse(address), checks);
    const end = client.buildEndSessionUrl(config, { post_logout_redirect_uri: bye, id_token_hint: tokens.id_token, state: 'out' });

    // Without the cookie: the session is needed by the checks that follow.
    assert.equal((await browse(end, null)).href, `${bye}?state=out`);
  });
}
