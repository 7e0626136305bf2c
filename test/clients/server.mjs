import assert from 'node:assert/strict';

/** Requests to the server without a library. */
export class Server {
  constructor(issuer, clientId, clientSecret) {
    Object.assign(this, { issuer, clientId, clientSecret });
  }

  async getToken(scope = 'USER') {
    const response = await fetch(`${this.issuer}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials', client_id: this.clientId, client_secret: this.clientSecret, scope,
      }),
    });
    assert.equal(response.status, 200);

    return (await response.json()).access_token;
  }

  /** A token whose claims were changed after it was signed. */
  async getTamperedToken() {
    const [header, payload, signature] = (await this.getToken()).split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url')), scope: 'USER ADMIN' };

    return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  }

  /** Registers a client with the scope USER. */
  async register(members) {
    const response = await fetch(`${this.issuer}/admin/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await this.getToken('ADMIN')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ scope: 'USER', ...members }),
    });
    assert.equal(response.status, 201);

    return response.json();
  }

  /** Registers a client that signs with this key. */
  async registerKey(publicKey, algorithm, kid) {
    const { key_ops, ext, ...jwk } = await crypto.subtle.exportKey('jwk', publicKey);

    return this.register({
      client_name: `Signs with ${algorithm}`,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...jwk, alg: algorithm, kid }] },
    });
  }
}

export function headerOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
}
