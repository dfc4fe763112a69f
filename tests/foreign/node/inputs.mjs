// What the walk is told, all by the environment.

/** One of them; there is no walk without it. */
function input(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: scripts/foreign.sh names what the walk needs`);
  return value;
}

export const issuer = new URL(input('ISSUER'));
export const parentToken = input('PARENT_TOKEN');
export const gateway = { audience: input('GATEWAY_AUDIENCE'), clientId: input('GATEWAY_CLIENT_ID'), keyFile: input('GATEWAY_KEY') };
export const ledger = {
  audience: input('LEDGER_AUDIENCE'),
  clientId: input('LEDGER_CLIENT_ID'),
  secret: input('LEDGER_CLIENT_SECRET'),
  scope: input('LEDGER_SCOPE'),
};
export const stranger = { clientId: input('STRANGER_CLIENT_ID'), secret: input('STRANGER_CLIENT_SECRET') };
export const otherAudience = input('OTHER_AUDIENCE');
export const widerScope = input('WIDER_SCOPE');

/** What both APIs' contracts say that their tokens are signed with. */
export const algorithm = 'ES256';
