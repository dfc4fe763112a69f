// One typed function for each operation, under the operation's own name.
import type { Platform } from '~/platform';
import type { Answer, Args, Command, EventQuery } from './commands';
import type * as T from './types';

export function createClient(platform: Platform) {
  const ask = <C extends Command>(command: C, args: Args<C>): Promise<Answer<C>> => platform.invoke(command, args);
  const items = async <X>(list: Promise<{ items: X[] }>) => (await list).items;
  return {
    console_state: () => ask('console_state', {}),
    service_choose: (choice: T.ServiceChoice) => ask('service_choose', { choice }),
    setup_open: () => ask('setup_open', {}),
    sign_in: () => ask('sign_in', {}),
    browser_open_again: () => ask('browser_open_again', {}),
    browser_cancel: () => ask('browser_cancel', {}),
    sign_out: () => ask('sign_out', {}),
    keychain_retry: () => ask('keychain_retry', {}),
    keychain_memory: () => ask('keychain_memory', {}),
    window_new: () => ask('window_new', {}),
    api_call: (call: T.ApiCall) => ask('api_call', { call }),
    acting_dismiss: () => ask('acting_dismiss', {}),

    me_get: () => ask('me_get', {}),
    case_list: () => items(ask('case_list', {})),
    case_create: (input: T.CaseCreate) => ask('case_create', { input }),
    case_assign: (id: T.CaseId, input: T.CaseAssign) => ask('case_assign', { id, input }),
    case_close: (id: T.CaseId) => ask('case_close', { id }),
    case_reopen: (id: T.CaseId) => ask('case_reopen', { id }),
    clock_get: () => ask('clock_get', {}),
    clock_lower: (input: T.ClockLower) => ask('clock_lower', { input }),
    contract_list: () => items(ask('contract_list', {})),
    contract_get: (id: T.ApiId) => ask('contract_get', { id }),
    contract_propose: (input: T.ContractPropose) => ask('contract_propose', { input }),
    contract_change_list: () => items(ask('contract_change_list', {})),
    contract_review: (id: T.ContractChangeId, input: T.ContractReview) => ask('contract_review', { id, input }),
    contract_withdraw: (id: T.ContractChangeId) => ask('contract_withdraw', { id }),
    client_list: () => items(ask('client_list', {})),
    client_create: (input: T.ClientCreate) => ask('client_create', { input }),
    client_change: (id: string, input: T.ClientChange) => ask('client_change', { id, input }),
    client_secret_make: (id: string) => ask('client_secret_make', { id }),
    client_secret_drop: (id: string, input: T.SecretDrop) => ask('client_secret_drop', { id, input }),
    request_preview: (input: T.RequestCreate) => ask('request_preview', { input }),
    request_create: (input: T.RequestCreate) => ask('request_create', { input }),
    request_list: (which: T.RequestBox) => items(ask('request_list', { which })),
    request_get: (id: T.RequestId) => ask('request_get', { id }),
    request_review: (id: T.RequestId, input: T.RequestReview) => ask('request_review', { id, input }),
    request_unsign: (id: T.RequestId) => ask('request_unsign', { id }),
    request_withdraw: (id: T.RequestId) => ask('request_withdraw', { id }),
    delegation_start: (id: T.RequestId) => ask('delegation_start', { id }),
    delegation_end: (id: T.DelegationId) => ask('delegation_end', { id }),
    delegation_list: () => items(ask('delegation_list', {})),
    delegation_get: (id: T.DelegationId) => ask('delegation_get', { id }),
    delegation_story: (id: T.DelegationId) => ask('delegation_story', { id }),
    event_list: (query: EventQuery) => ask('event_list', { query }),
    event_get: (id: T.EventId) => ask('event_get', { id }),
    person_list: () => items(ask('person_list', {})),
    person_invite: (input: T.PersonInvite) => ask('person_invite', { input }),
    person_change: (id: T.PersonId, input: T.PersonChange) => ask('person_change', { id, input }),
    person_reinvite: (id: T.PersonId) => ask('person_reinvite', { id }),
    key_list: () => items(ask('key_list', {})),
    key_rotate: (input: T.KeyRotate) => ask('key_rotate', { input }),
  };
}

export type Client = ReturnType<typeof createClient>;
