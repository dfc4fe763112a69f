// The walk with oauth4webapi and jose: one line a step, exit code 0 only if all of them hold.

import assert from 'node:assert/strict';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as resource from './ledger.mjs';
import { algorithm, gateway, issuer, ledger, otherAudience, parentToken, widerScope } from './inputs.mjs';
import { ACCESS_TOKEN, asGateway, asLedger, asStranger, clientCredentials, discover, exchange, introspect, onLoopback, revoke, withNonce } from './service.mjs';

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

async function step(number, name, run) {
  try {
    const [value, said] = await run();
    console.log(`ok ${number} ${name}: ${said}`);
    return value;
  } catch (error) {
    const said = `${error.error ?? error.code ?? ''} ${error.error_description ?? error.message}`;
    console.log(`FAILED ${number} ${name}: ${said.replace(/\s+/g, ' ')}`);
    process.exit(1);
  }
}

/** The exchange that is allowed, with what a step changes in it. */
function parameters(actorToken, changed = {}) {
  return {
    subject_token: parentToken,
    subject_token_type: ACCESS_TOKEN,
    actor_token: actorToken,
    actor_token_type: ACCESS_TOKEN,
    audience: ledger.audience,
    scope: ledger.scope,
    ...changed,
  };
}

/** Passes only if the service refuses, with this code. */
async function refused(what, code, attempt) {
  try {
    await attempt();
  } catch (error) {
    assert.ok(error instanceof oauth.ResponseBodyError, `${what}: ${error.message}`);
    assert.equal(error.error, code, `${what}: refused with ${error.error} instead of ${code}`);
    assert.ok(error.error_description, `${what}: nothing said of why`);
    return;
  }
  assert.fail(`${what}: was not refused`);
}

const as = await step(1, 'discover', async () => {
  const metadata = await discover();
  for (const endpoint of ['token_endpoint', 'introspection_endpoint', 'revocation_endpoint', 'jwks_uri']) {
    assert.ok(metadata[endpoint]?.startsWith(issuer.origin), `${endpoint} is not under the issuer`);
  }
  return [metadata, metadata.issuer];
});

const own = await step(2, 'client credentials', async () => {
  const answer = await clientCredentials(as, asGateway);
  assert.equal(answer.token_type, 'bearer');
  assert.ok(answer.expires_in > 0 && answer.expires_in <= 600, `expires_in is ${answer.expires_in}`);
  assert.throws(() => decodeProtectedHeader(answer.access_token), 'the token is opaque');
  return [answer.access_token, `opaque, ${answer.expires_in} s`];
});

await step(3, 'parent received', async () => {
  const { act, aud } = decodeJwt(parentToken);
  assert.equal(aud, gateway.audience);
  assert.match(act?.sub ?? '', /^usr_/);
  return [undefined, `${act.sub} acts`];
});

const parent = await step(4, 'parent validated', async () => {
  const keys = createRemoteJWKSet(new URL(as.jwks_uri));
  const { payload } = await jwtVerify(parentToken, keys, {
    issuer: as.issuer,
    audience: gateway.audience,
    typ: 'at+jwt',
    algorithms: [algorithm],
    requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id', 'act'],
  });
  return [payload, `for ${payload.sub}`];
});

const dpop = oauth.DPoP(asGateway.client, await oauth.generateKeyPair('ES256'));

const child = await step(5, 'exchange', async () => {
  const answer = await exchange(as, asGateway, dpop, parameters(own));
  assert.equal(answer.issued_token_type, ACCESS_TOKEN);
  assert.equal(answer.token_type, 'dpop');
  assert.equal(answer.scope, ledger.scope);
  const claims = decodeJwt(answer.access_token);
  assert.deepEqual(claims.act, { sub: gateway.clientId, act: parent.act });
  assert.deepEqual([claims.aud, claims.sub, claims.txn, claims.scope], [ledger.audience, parent.sub, parent.txn, ledger.scope]);
  assert.ok(claims.exp <= parent.exp, 'it outlives its parent');
  assert.ok(answer.expires_in > 0 && Math.abs(claims.exp - Date.now() / 1000 - answer.expires_in) < 10, `expires_in is ${answer.expires_in}`);
  assert.equal(claims.cnf?.jkt, await dpop.calculateThumbprint());
  return [answer.access_token, `${claims.act.sub} for ${claims.act.act.sub}, ${answer.expires_in} s, bound`];
});

await step(6, 'protected resource', async () => {
  const api = await resource.serve(as);
  const call = (token, options) => oauth.protectedResourceRequest(token, 'GET', api.url, undefined, undefined, { ...options, ...onLoopback });
  try {
    const taken = await withNonce(() => call(child, { DPoP: dpop }));
    assert.equal(taken.status, 200);
    assert.equal((await taken.json()).customer, parent.sub);
    const status = async (token, options) => call(token, options).then((r) => r.status, (error) => error.status);
    assert.equal(await status(parentToken), 401, 'a token of the wrong audience');
    assert.equal(await status(child), 401, 'the token without its key');
  } finally {
    api.stop();
  }
  return [undefined, '200 with the child, 401 with the parent, 401 without the key'];
});

await step(7, 'introspect', async () => {
  const live = await introspect(as, asLedger, child);
  assert.equal(live.active, true);
  assert.deepEqual(live.act, { sub: gateway.clientId, act: parent.act });
  assert.deepEqual(await introspect(as, asStranger, child), { active: false });
  return [undefined, 'active for the ledger, nothing for a stranger'];
});

await step(8, 'be refused', async () => {
  const attempt = (changed, who = asGateway) => () => exchange(as, who, dpop, parameters(own, changed));
  await refused('a wider scope', 'invalid_scope', attempt({ scope: `${ledger.scope} ${widerScope}` }));
  await refused('another target', 'invalid_target', attempt({ audience: otherAudience }));
  const alone = parameters(own);
  delete alone.actor_token;
  delete alone.actor_token_type;
  // RFC 8693 §2.2.2 has one code for all that can be wrong with a subject token.
  await refused('the parent in other hands', 'invalid_request', () => exchange(as, asStranger, dpop, alone));
  await refused('an id token', 'invalid_request', attempt({ subject_token_type: ID_TOKEN }));
  return [undefined, 'wider scope, other target, other client, id token'];
});

await step(9, 'revoke', async () => {
  await revoke(as, asGateway, child);
  assert.deepEqual(await introspect(as, asLedger, child), { active: false });
  return [undefined, 'inactive at once'];
});
