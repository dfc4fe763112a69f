import type { ContractView, DelegationView, Endpoint } from '~/api/types';

export interface Draft {
  method: string;
  /** As the contract writes it, to know which operation it is. */
  template: string;
  path: string;
  body: string;
}

export const isSigned = (endpoint: Endpoint, delegation: DelegationView) =>
  delegation.actions.some((a) => a.scope === endpoint.scope);

export const firstSigned = (contract: ContractView, delegation: DelegationView) =>
  contract.endpoints.find((e) => isSigned(e, delegation));

/** A call to start from; the customer stands in the path. */
export const draftOf = (endpoint: Endpoint | undefined, customer: string): Draft => ({
  method: endpoint?.method ?? 'GET',
  template: endpoint?.path ?? '',
  path: (endpoint?.path ?? '/').replaceAll('{customer}', customer),
  body: endpoint?.example ?? '',
});

export const takesBody = (method: string) => !['GET', 'HEAD', 'DELETE'].includes(method);

/** Why a body can't be sent; nothing if it can. */
export function bodyFault(body: string): string | undefined {
  if (body.trim() === '') return undefined;
  try {
    JSON.parse(body);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^JSON\.parse: /, '') : 'not JSON';
  }
}

/** Why a call can't be sent as it stands. */
export function callFault(draft: Draft): string | undefined {
  if (!draft.path.startsWith('/')) return 'the path starts with a slash';
  if (takesBody(draft.method) && bodyFault(draft.body) !== undefined) return 'the body is not JSON';
  return undefined;
}
