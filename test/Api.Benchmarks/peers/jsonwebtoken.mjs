// The least that a token endpoint on Node.js can do: compare the client's id and secret, and sign with jsonwebtoken.
import { createHash, generateKeyPairSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import jwt from 'jsonwebtoken';

const { PORT, CLIENT_ID, CLIENT_SECRET } = process.env;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const sha256 = (text) => createHash('sha256').update(text).digest();
const secretHash = sha256(CLIENT_SECRET);

function isClient(authorization = '') {
  const text = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64').toString();
  const [id, secret = ''] = text.split(':').map(decodeURIComponent);
  return timingSafeEqual(sha256(secret), secretHash) && id === CLIENT_ID;
}

function answer(request, body) {
  if (!isClient(request.headers.authorization)) {
    return [401, { error: 'invalid_client' }];
  }

  if (new URLSearchParams(body).get('grant_type') !== 'client_credentials') {
    return [400, { error: 'unsupported_grant_type' }];
  }

  const scope = 'USER ADMIN';
  const token = jwt.sign({ client_id: CLIENT_ID, scope }, privateKey, {
    algorithm: 'RS256',
    keyid: 'key',
    issuer: 'http://localhost:5000',
    subject: CLIENT_ID,
    audience: 'api',
    expiresIn: 3600,
    jwtid: randomBytes(16).toString('base64url'),
  });

  return [200, { access_token: token, token_type: 'Bearer', expires_in: 3600, scope }];
}

createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    const [status, json] = answer(request, body);
    const text = JSON.stringify(json);
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
    });
    response.end(text);
  });
}).listen(Number(PORT), '127.0.0.1');
