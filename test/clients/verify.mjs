// Verifies an access token as a stranger would, from the issuer's address alone, and prints its claims.
//   node verify.mjs ISSUER AUDIENCE TOKEN
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [issuer, audience, token] = process.argv.slice(2);

const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
const metadata = await discovery.json();

if (metadata.issuer !== issuer) {
  throw new Error(`The issuer calls itself ${metadata.issuer}`);
}

const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(metadata.jwks_uri)), {
  issuer,
  audience,
  algorithms: ['RS256'],
  typ: 'JWT',
  requiredClaims: ['sub', 'client_id', 'scope', 'iat', 'exp', 'jti'],
});

console.log(JSON.stringify({ header: protectedHeader, payload }));
