import assert from 'node:assert/strict';
import { JwtRsaVerifier } from 'aws-jwt-verify';
import {
  JwtExpiredError, JwtInvalidAudienceError, JwtInvalidIssuerError, JwtInvalidScopeError, JwtInvalidSignatureError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { check } from '../checks.mjs';

// The library requests https URLs only. It chooses the path: /.well-known/jwks.json below the issuer.
const fetcher = {
  async fetch(address) {
    const response = await fetch(address);
    assert.equal(response.status, 200);

    return response.arrayBuffer();
  },
};

export async function checkAwsJwtVerify(server) {
  const verify = (token, options = {}) => JwtRsaVerifier
    .create({ issuer: server.issuer, audience: 'api', scope: 'USER', ...options }, { jwksCache: new SimpleJwksCache({ fetcher }) })
    .verify(token);
  const token = await server.getToken();

  await check('aws-jwt-verify verifies a token from the issuer alone', async () =>
    assert.equal((await verify(token)).client_id, server.clientId));

  for (const [what, jwt, options, error] of [
    ['a token for another audience', token, { audience: 'other' }, JwtInvalidAudienceError],
    ['a token without the scope', token, { scope: 'ADMIN' }, JwtInvalidScopeError],
    // Its clock cannot be set, but the tolerance for clock skew can.
    ['a token that has expired', token, { graceSeconds: -7200 }, JwtExpiredError],
    ['a tampered token', await server.getTamperedToken(), {}, JwtInvalidSignatureError],
    ['a token of another issuer', token, {
      issuer: 'https://other.example', jwksUri: `${server.issuer}/.well-known/jwks.json`,
    }, JwtInvalidIssuerError],
  ]) {
    await check(`aws-jwt-verify refuses ${what}`, () => assert.rejects(verify(jwt, options), error));
  }
}
