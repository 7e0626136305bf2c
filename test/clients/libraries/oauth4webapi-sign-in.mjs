import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { check } from '../checks.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };

export async function checkOauth4webapiSignIn({ issuer, browse, secret, redirect }) {
  const server = await oauth.processDiscoveryResponse(
    new URL(issuer), await oauth.discoveryRequest(new URL(issuer), insecure));

  await check('oauth4webapi stays signed in, introspects and revokes', async () => {
    const [client, web] = [{ client_id: 'staying' }, { client_id: 'web' }];
    const verifier = oauth.generateRandomCodeVerifier();
    const address = new URL(server.authorization_endpoint);
    address.search = new URLSearchParams({
      response_type: 'code', client_id: 'staying', redirect_uri: redirect, scope: 'openid USER',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    });
    const parameters = oauth.validateAuthResponse(server, client, await browse(address), oauth.expectNoState);
    const first = await oauth.processAuthorizationCodeResponse(server, client, await oauth.authorizationCodeGrantRequest(
      server, client, oauth.None(), parameters, redirect, verifier, insecure));
    const refresh = async token => oauth.processRefreshTokenResponse(
      server, client, await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, insecure));
    const introspect = async token => oauth.processIntrospectionResponse(
      server, web, await oauth.introspectionRequest(server, web, oauth.ClientSecretPost(secret), token, insecure));

    const second = await refresh(first.refresh_token);
    assert.equal((await introspect(second.access_token)).active, true);
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, oauth.None(), second.access_token, insecure));
    assert.equal((await introspect(second.access_token)).active, false);
    await assert.rejects(refresh(second.refresh_token), { name: 'ResponseBodyError', error: 'invalid_grant' });
  });

  for (const [id, authentication] of [['app', oauth.None()], ['web', oauth.ClientSecretPost(secret)]]) {
    const client = { client_id: id };

    const signIn = async (change = () => {}) => {
      const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()];
      const address = new URL(server.authorization_endpoint);
      address.search = new URLSearchParams({
        response_type: 'code',
        client_id: id,
        redirect_uri: redirect,
        scope: 'openid profile',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      const answer = await browse(address);
      change(answer);
      const parameters = oauth.validateAuthResponse(server, client, answer, state);
      const response = await oauth.authorizationCodeGrantRequest(
        server, client, authentication, parameters, redirect, verifier, insecure);

      return oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
    };

    await check(`oauth4webapi signs a person in to ${id}`, async () => {
      const tokens = await signIn();
      const claims = oauth.getValidatedIdTokenClaims(tokens);

      assert.deepEqual([claims.aud, claims.preferred_username], [id, 'ann']);
      const userinfo = await oauth.processUserInfoResponse(
        server, client, claims.sub, await oauth.userInfoRequest(server, client, tokens.access_token, insecure));
      assert.equal(userinfo.name, 'ann Example');
    });

    await check(`oauth4webapi refuses an answer to ${id} of another issuer`, async () => {
      await assert.rejects(signIn(answer => answer.searchParams.set('iss', 'https://other.example')), { name: 'OperationProcessingError' });
    });
  }
}
