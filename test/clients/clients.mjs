// Gets tokens from a running server with JavaScript libraries, verifies them, and checks how the libraries handle error responses.
// The last line has the counts. The client needs the scopes USER and ADMIN.
//   node clients.mjs ISSUER CLIENT_ID CLIENT_SECRET
import { report } from './checks.mjs';
import { Server } from './server.mjs';
import { checkAwsJwtVerify } from './libraries/aws-jwt-verify.mjs';
import { checkJose } from './libraries/jose.mjs';
import { checkJwksRsa } from './libraries/jwks-rsa.mjs';
import { checkOauth4webapi } from './libraries/oauth4webapi.mjs';
import { checkOpenidClient } from './libraries/openid-client.mjs';

const [issuer, clientId, clientSecret] = process.argv.slice(2);
const server = new Server(issuer, clientId, clientSecret);

for (const checkLibrary of [checkOpenidClient, checkOauth4webapi, checkJose, checkAwsJwtVerify, checkJwksRsa]) {
  await checkLibrary(server);
}

report();
