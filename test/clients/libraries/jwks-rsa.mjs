import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import jwt from 'jsonwebtoken';
import jwksClient from 'jwks-rsa';
import { check } from '../checks.mjs';

export async function checkJwksRsa(server) {
  const keys = jwksClient({ jwksUri: `${server.issuer}/.well-known/jwks.json` });
  const find = (header, done) => keys.getSigningKey(header.kid).then(key => done(null, key.getPublicKey()), done);
  const verify = (token, options = {}) => promisify(jwt.verify)(
    token, find, { issuer: server.issuer, audience: 'api', algorithms: ['RS256'], ...options });
  const token = await server.getToken();

  await check('jsonwebtoken verifies a token with a key from jwks-rsa', async () =>
    assert.equal((await verify(token)).client_id, server.clientId));

  await check('jwks-rsa finds no key that is not published', () =>
    assert.rejects(keys.getSigningKey('unknown'), jwksClient.SigningKeyNotFoundError));

  for (const [what, token_, options, name, message] of [
    ['a token for another audience', token, { audience: 'other' }, 'JsonWebTokenError', /audience invalid/],
    ['a token of another issuer', token, { issuer: 'https://other.example' }, 'JsonWebTokenError', /issuer invalid/],
    ['a token that has expired', token, { clockTimestamp: Math.floor(Date.now() / 1000) + 7200 }, 'TokenExpiredError', /expired/],
    ['a tampered token', await server.getTamperedToken(), {}, 'JsonWebTokenError', /invalid signature/],
  ]) {
    await check(`jsonwebtoken refuses ${what}`, () => assert.rejects(verify(token_, options), { name, message }));
  }
}
