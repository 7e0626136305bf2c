import assert from 'node:assert/strict';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { check } from '../checks.mjs';
import { headerOf } from '../server.mjs';

export async function checkJose(server) {
  const discovery = await fetch(`${server.issuer}/.well-known/openid-configuration`);
  const { issuer, jwks_uri: jwksUri } = await discovery.json();
  const keys = createRemoteJWKSet(new URL(jwksUri));
  const token = await server.getToken();
  const { typ } = headerOf(token);
  const verify = (jwt, options = {}) => jwtVerify(jwt, keys, { issuer, audience: 'api', algorithms: ['RS256'], typ, ...options });

  await check('jose verifies a token from discovery and the published keys', async () => {
    const { payload, protectedHeader } = await verify(
      token, { requiredClaims: ['sub', 'client_id', 'scope', 'iat', 'exp', 'jti'] });

    assert.equal(issuer, server.issuer);
    assert.deepEqual([protectedHeader.alg, payload.sub, payload.scope], ['RS256', server.clientId, 'USER']);
  });

  for (const [what, jwt, options, error] of [
    ['a token for another audience', token, { audience: 'other' }, errors.JWTClaimValidationFailed],
    ['a token of another issuer', token, { issuer: `${server.issuer}/` }, errors.JWTClaimValidationFailed],
    ['a token of another type', token, { typ: 'id+jwt' }, errors.JWTClaimValidationFailed],
    ['a token that has expired', token, { currentDate: new Date(Date.now() + 2 * 3600 * 1000) }, errors.JWTExpired],
    ['a tampered token', await server.getTamperedToken(), {}, errors.JWSSignatureVerificationFailed],
  ]) {
    await check(`jose refuses ${what}`, () => assert.rejects(verify(jwt, options), error));
  }
}
