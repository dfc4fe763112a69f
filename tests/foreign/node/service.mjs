// The service as this client sees it: oauth4webapi's requests, with the settings that they need here.

import { readFile } from 'node:fs/promises';
import { importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';
import { algorithm, gateway, issuer, ledger, stranger } from './inputs.mjs';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

// The issuer is plain HTTP on this computer; anywhere else this setting has no business.
export const onLoopback = { [oauth.allowInsecureRequests]: true };

const key = await importPKCS8(await readFile(gateway.keyFile, 'utf8'), algorithm);

/** Somebody who asks: an id, and how it is proved. */
export const asGateway = { client: { client_id: gateway.clientId }, proof: oauth.PrivateKeyJwt(key) };
export const asLedger = { client: { client_id: ledger.clientId }, proof: oauth.ClientSecretBasic(ledger.secret) };
export const asStranger = { client: { client_id: stranger.clientId }, proof: oauth.ClientSecretBasic(stranger.secret) };

/** RFC 8414; the library compares the issuer. */
export async function discover() {
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...onLoopback });
  return oauth.processDiscoveryResponse(issuer, response);
}

/** RFC 6749 §4.4. */
export async function clientCredentials(as, who) {
  const response = await oauth.clientCredentialsGrantRequest(as, who.client, who.proof, {}, onLoopback);
  return oauth.processClientCredentialsResponse(as, who.client, response);
}

/** RFC 8693, bound to a key (RFC 9449). */
export async function exchange(as, who, dpop, parameters) {
  return withNonce(async () => {
    const response = await oauth.genericTokenEndpointRequest(as, who.client, who.proof, EXCHANGE, parameters, { DPoP: dpop, ...onLoopback });
    return oauth.processGenericTokenEndpointResponse(as, who.client, response);
  });
}

/** RFC 7662. */
export async function introspect(as, who, token) {
  const response = await oauth.introspectionRequest(as, who.client, who.proof, token, onLoopback);
  return oauth.processIntrospectionResponse(as, who.client, response);
}

/** RFC 7009. */
export async function revoke(as, who, token) {
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, who.client, who.proof, token, onLoopback));
}

/** Once more where a nonce is wanted (RFC 9449 §8): the library remembers it, the caller asks again. */
export async function withNonce(send) {
  try {
    return await send();
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return send();
    throw error;
  }
}
