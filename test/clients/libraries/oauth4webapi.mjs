import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { check } from '../checks.mjs';
import { headerOf } from '../server.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };

export async function checkOauth4webapi(server) {
  const issuer = new URL(server.issuer);
  let metadata;

  await check('oauth4webapi discovers the server', async () => {
    metadata = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));

    assert.ok(metadata.token_endpoint_auth_methods_supported.includes('private_key_jwt'));
  });

  const grant = async (client, authentication, parameters = {}, options = {}) => oauth.processClientCredentialsResponse(
    metadata,
    client,
    await oauth.clientCredentialsGrantRequest(metadata, client, authentication, parameters, { ...insecure, ...options }));
  const own = { client_id: server.clientId };

  for (const method of ['ClientSecretBasic', 'ClientSecretPost']) {
    await check(`oauth4webapi gets a token with ${method}`, async () => {
      const tokens = await grant(own, oauth[method](server.clientSecret), { scope: 'ADMIN USER' });

      assert.deepEqual([tokens.token_type, tokens.scope], ['bearer', 'ADMIN USER']);
    });
  }

  for (const algorithm of ['RS256', 'PS256', 'ES256']) {
    await checkPrivateKeyJwt(server, grant, algorithm);
  }

  await check('oauth4webapi understands the refusal of a wrong secret by Basic', async () => {
    await assert.rejects(
      grant(own, oauth.ClientSecretBasic('wrong')), { name: 'WWWAuthenticateChallengeError', status: 401 });
  });

  await check('oauth4webapi understands the refusal of a wrong secret in the body', async () => {
    await assert.rejects(
      grant(own, oauth.ClientSecretPost('wrong')), { name: 'ResponseBodyError', status: 401, error: 'invalid_client' });
  });

  await check('oauth4webapi understands the refusal of an unknown scope', async () => {
    await assert.rejects(
      grant(own, oauth.ClientSecretBasic(server.clientSecret), { scope: 'NONE' }),
      { name: 'ResponseBodyError', status: 400, error: 'invalid_scope' });
  });

  await checkAccessToken(server, metadata);
}

async function checkPrivateKeyJwt(server, grant, algorithm) {
  const { privateKey, publicKey } = await oauth.generateKeyPair(algorithm);
  const client = await server.registerKey(publicKey, algorithm, algorithm);
  const authentication = oauth.PrivateKeyJwt({ key: privateKey, kid: algorithm });
  const refused = { name: 'ResponseBodyError', status: 401, error: 'invalid_client' };
  let request;

  await check(`oauth4webapi gets a token with PrivateKeyJwt and ${algorithm}`, async () => {
    const tokens = await grant(client, authentication, {}, {
      [oauth.customFetch]: (...sent) => fetch(...(request = [sent[0], { ...sent[1], body: sent[1].body.toString() }])),
    });

    assert.equal(tokens.scope, 'USER');
  });

  await check(`oauth4webapi is refused with the same assertion by ${algorithm} a second time`, async () => {
    await assert.rejects(grant(client, authentication, {}, { [oauth.customFetch]: () => fetch(...request) }), refused);
  });

  for (const [what, change] of [
    ['with another audience', payload => { payload.aud = 'https://other.example'; }],
    ['that has expired', payload => { payload.exp -= 3600; }],
  ]) {
    await check(`oauth4webapi is refused with an assertion by ${algorithm} ${what}`, async () => {
      const wrong = oauth.PrivateKeyJwt(
        { key: privateKey, kid: algorithm }, { [oauth.modifyAssertion]: (header, payload) => change(payload) });

      await assert.rejects(grant(client, wrong), refused);
    });
  }

  await check(`oauth4webapi is refused with an assertion by ${algorithm} of another key`, async () => {
    const { privateKey: other } = await oauth.generateKeyPair(algorithm);

    await assert.rejects(grant(client, oauth.PrivateKeyJwt({ key: other, kid: algorithm })), refused);
  });

  await check(`oauth4webapi is refused with an assertion by ${algorithm} whose claims were changed`, async () => {
    await assert.rejects(grant(client, authentication, {}, {
      [oauth.customFetch]: (address, init) => {
        const [header, payload, signature] = init.body.get('client_assertion').split('.');
        const claims = { ...JSON.parse(Buffer.from(payload, 'base64url')), jti: 'other' };
        init.body.set('client_assertion', [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.'));

        return fetch(address, init);
      },
    }), refused);
  });
}

// The library accepts only tokens of the type at+jwt. It must refuse the tokens of a server with another type.
async function checkAccessToken(server, metadata) {
  const token = await server.getToken();
  const validate = (accessToken, audience = 'api', options = {}) => oauth.validateJwtAccessToken(
    metadata,
    new Request(`${server.issuer}/user/me`, { headers: { authorization: `Bearer ${accessToken}` } }),
    audience,
    { ...insecure, ...options });
  const refused = code => ({ name: 'OperationProcessingError', code });

  if (headerOf(token).typ !== 'at+jwt') {
    await check('oauth4webapi refuses an access token of type JWT', () => assert.rejects(validate(token), error =>
      error instanceof oauth.OperationProcessingError && /"typ"/.test(error.message)));

    return;
  }

  await check('oauth4webapi verifies an access token', async () =>
    assert.equal((await validate(token)).client_id, server.clientId));

  await check('oauth4webapi refuses an access token for another audience', () =>
    assert.rejects(validate(token, 'other'), refused('OAUTH_JWT_CLAIM_COMPARISON_FAILED')));

  await check('oauth4webapi refuses an access token that has expired', () =>
    assert.rejects(validate(token, 'api', { [oauth.clockSkew]: 7200 }), refused('OAUTH_JWT_TIMESTAMP_CHECK_FAILED')));

  await check('oauth4webapi refuses a tampered access token', async () =>
    assert.rejects(validate(await server.getTamperedToken()), refused('OAUTH_INVALID_RESPONSE')));
}
