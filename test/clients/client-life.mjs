// Manages a client in Swagger UI: registers, lists, changes and removes it, and rotates its secret. Prints the response of each step.
//   node client-life.mjs CHROMIUM ADDRESS CLIENT_ID CLIENT_SECRET
import { openSwagger, tryOut } from './swagger-page.mjs';

const [executablePath, address, clientId, clientSecret] = process.argv.slice(2);
const { browser, page, problems } = await openSwagger(executablePath, address, clientId, clientSecret, ['ADMIN']);
const steps = {};

async function step(name, method, path, how = {}) {
  steps[name] = await tryOut(page, method, path, how);
  return steps[name].json;
}

try {
  const made = await step('made', 'post', '/admin/clients', {
    body: { client_id: 'orders', client_name: 'Orders', scope: 'USER', claims: { tenant: 'nord' }, access_token_lifetime: 600 },
  });
  const id = { id: made.client_id };
  await step('listed', 'get', '/admin/clients', { parameters: { limit: '10' } });
  await step('changed', 'patch', '/admin/clients/{id}', {
    parameters: { ...id, 'If-Match': `"${made.version}"` },
    body: { client_name: 'Orders of the north', claims: { tenant: null } },
  });
  await step('changed-too-late', 'patch', '/admin/clients/{id}', {
    parameters: { ...id, 'If-Match': `"${made.version}"` },
    body: { client_name: 'Lost' },
  });
  // With the body that the page suggests.
  await step('second-secret', 'post', '/admin/clients/{id}/secrets', { parameters: id });
  await step('first-secret-removed', 'delete', '/admin/clients/{id}/secrets/{secretId}', {
    parameters: { ...id, secretId: made.secrets[0].id },
  });
  await step('seen', 'get', '/admin/clients/{id}', { parameters: id });
  await step('refused', 'post', '/admin/clients', { body: { client_name: '', scope: 'NONE' } });
  await step('removed', 'delete', '/admin/clients/{id}', { parameters: id });
  await step('gone', 'get', '/admin/clients/{id}', { parameters: id });

  console.log(JSON.stringify({ problems, steps }));
} finally {
  await browser.close();
}
