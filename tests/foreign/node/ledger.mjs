// The ledger API: a protected resource that checks tokens by itself, and wants them bound to a key.

import { once } from 'node:events';
import { createServer } from 'node:http';
import * as oauth from 'oauth4webapi';
import { algorithm, ledger } from './inputs.mjs';
import { onLoopback } from './service.mjs';

/** Serves on a loopback port. Answers its address, and how to stop it. */
export async function serve(as) {
  const server = createServer((request, response) => answer(as, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: new URL(`http://127.0.0.1:${server.address().port}/entries`), stop: () => server.close() };
}

async function answer(as, incoming, response) {
  let claims;
  try {
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, { method: incoming.method, headers: incoming.headers });
    claims = await oauth.validateJwtAccessToken(as, request, ledger.audience, { requireDPoP: true, signingAlgorithms: [algorithm], ...onLoopback });
  } catch (error) {
    response.writeHead(401, { 'WWW-Authenticate': `DPoP error="invalid_token", algs="${algorithm}"` }).end(String(error.message));
    return;
  }
  if (!claims.act?.sub) {
    response.writeHead(401, { 'WWW-Authenticate': 'DPoP error="invalid_token", error_description="it does not say who acts"' }).end();
    return;
  }
  if (!String(claims.scope).split(' ').includes(ledger.scope)) {
    response.writeHead(403, { 'WWW-Authenticate': `DPoP error="insufficient_scope", scope="${ledger.scope}"` }).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ customer: claims.sub, act: claims.act }));
}
