// Registers clients with keys made here, lets a client library authenticate with private_key_jwt, and prints what came of it.
//   node private-key-jwt.mjs ISSUER ADMIN_TOKEN
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';

const [address, adminToken] = process.argv.slice(2);
const insecure = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(address);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
const published = createRemoteJWKSet(new URL(server.jwks_uri));

async function register(publicKey, algorithm) {
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), alg: algorithm, kid: algorithm };
  delete jwk.key_ops;
  delete jwk.ext;

  const response = await fetch(`${address}/admin/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: `Signs with ${algorithm}`,
      scope: 'USER',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [jwk] },
    }),
  });

  if (response.status !== 201) {
    throw new Error(`The registration is answered with ${response.status}: ${await response.text()}`);
  }

  return response.json();
}

async function send(request) {
  const response = await fetch(...request);

  return { status: response.status, ...(await response.json()) };
}

async function run(algorithm) {
  const { privateKey, publicKey } = await oauth.generateKeyPair(algorithm);
  const client = await register(publicKey, algorithm);

  let request;
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.PrivateKeyJwt({ key: privateKey, kid: algorithm }),
    { scope: 'USER' },
    {
      ...insecure,
      [oauth.customFetch]: (...sent) => {
        request = [sent[0], { ...sent[1], body: sent[1].body.toString() }];

        return fetch(...request);
      },
    },
  );
  const { access_token: accessToken } = await oauth.processClientCredentialsResponse(server, client, response);
  const { payload } = await jwtVerify(accessToken, published, { issuer: address, algorithms: ['RS256'] });

  const tampered = new URLSearchParams(request[1].body);
  const [header, , signature] = tampered.get('client_assertion').split('.');
  const claims = { iss: client.client_id, sub: client.client_id, aud: address, exp: Math.floor(Date.now() / 1000) + 60, jti: 'other' };
  tampered.set('client_assertion', [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.'));

  return {
    client,
    payload,
    replayed: await send(request),
    tampered: await send([request[0], { ...request[1], body: tampered.toString() }]),
  };
}

console.log(JSON.stringify({
  methods: server.token_endpoint_auth_methods_supported,
  RS256: await run('RS256'),
  PS256: await run('PS256'),
  ES256: await run('ES256'),
}));
