import assert from 'node:assert/strict';
import { generateKeyPair } from 'oauth4webapi';
import * as client from 'openid-client';
import { check } from '../checks.mjs';

export async function checkOpenidClient(server) {
  const insecure = { execute: [client.allowInsecureRequests] };
  const discover = (authentication, clientId = server.clientId, options = {}) =>
    client.discovery(new URL(server.issuer), clientId, undefined, authentication, { ...insecure, ...options });
  const call = async (path, token) => client.fetchProtectedResource(
    await discover(client.None()), token, new URL(server.issuer + path), 'GET');

  for (const algorithm of ['oidc', 'oauth2']) {
    await check(`openid-client discovers the server (${algorithm})`, async () => {
      const metadata = (await discover(client.None(), server.clientId, { algorithm })).serverMetadata();

      assert.equal(metadata.issuer, server.issuer);
      assert.equal(metadata.token_endpoint, `${server.issuer}/oauth2/token`);
    });
  }

  await check('openid-client refuses metadata of another issuer', async () => {
    const other = new URL(server.issuer.replace('localhost', '127.0.0.1'));

    await assert.rejects(
      client.discovery(other, server.clientId, undefined, client.None(), insecure),
      { name: 'ClientError', code: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED' });
  });

  for (const method of ['ClientSecretBasic', 'ClientSecretPost']) {
    await check(`openid-client gets a token with ${method}`, async () => {
      const tokens = await client.clientCredentialsGrant(await discover(client[method](server.clientSecret)), { scope: 'USER' });

      assert.deepEqual([tokens.token_type, tokens.scope, tokens.refresh_token], ['bearer', 'USER', undefined]);
      assert.ok(tokens.expiresIn() > 0);
    });
  }

  await check('openid-client encodes id and secret of ClientSecretBasic, even - and _, and is understood', async () => {
    const id = `orders-of.the_north-${crypto.randomUUID()}`;
    const { client_secret: secret } = await server.register({ client_id: id, client_name: 'Encoded' });

    const tokens = await client.clientCredentialsGrant(await discover(client.ClientSecretBasic(secret), id));

    assert.equal(tokens.scope, 'USER');
  });

  for (const algorithm of ['RS256', 'PS256', 'ES256']) {
    await check(`openid-client gets a token with PrivateKeyJwt and ${algorithm}`, async () => {
      const { privateKey, publicKey } = await generateKeyPair(algorithm);
      const { client_id: id, client_secret: secret } = await server.registerKey(publicKey, algorithm, 'one');

      const tokens = await client.clientCredentialsGrant(await discover(client.PrivateKeyJwt({ key: privateKey, kid: 'one' }), id));

      assert.deepEqual([tokens.scope, secret], ['USER', undefined]);
    });
  }

  await check('openid-client understands the refusal of a wrong secret by Basic', async () => {
    await assert.rejects(client.clientCredentialsGrant(await discover(client.ClientSecretBasic('wrong'))), error => {
      assert.ok(error instanceof client.WWWAuthenticateChallengeError);
      assert.deepEqual([error.status, error.cause[0].scheme, error.cause[0].parameters.realm], [401, 'basic', 'oauth2']);

      return true;
    });
  });

  await check('openid-client understands the refusal of a wrong secret in the body', async () => {
    await assert.rejects(client.clientCredentialsGrant(await discover(client.ClientSecretPost('wrong'))), error => {
      assert.ok(error instanceof client.ResponseBodyError);
      assert.deepEqual([error.status, error.error], [401, 'invalid_client']);

      return true;
    });
  });

  await check('openid-client understands the refusal of an unknown scope', async () => {
    await assert.rejects(
      client.clientCredentialsGrant(await discover(client.ClientSecretPost(server.clientSecret)), { scope: 'NONE' }),
      { name: 'ResponseBodyError', status: 400, error: 'invalid_scope' });
  });

  await check('openid-client calls a guarded route', async () => {
    const response = await call('/user/me', await server.getToken());

    assert.equal((await response.json()).client_id, server.clientId);
  });

  for (const [what, path, token, status, error] of [
    ['a tampered token', '/user/me', await server.getTamperedToken(), 401, 'invalid_token'],
    ['a token without the scope', '/admin/keys', await server.getToken(), 403, 'insufficient_scope'],
  ]) {
    await check(`openid-client understands the refusal of ${what}`, async () => {
      await assert.rejects(call(path, token), refusal => {
        assert.ok(refusal instanceof client.WWWAuthenticateChallengeError);
        assert.deepEqual(
          [refusal.status, refusal.cause[0].scheme, refusal.cause[0].parameters.error], [status, 'bearer', error]);

        return true;
      });
    });
  }
}
