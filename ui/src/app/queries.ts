// What has been fetched, under which keys, and which lines of the trail make it stale.
import { QueryClient, queryOptions } from '@tanstack/react-query';
import { passing } from '~/api/errors';
import type { Client } from '~/api/client';
import type { EventView, RequestBox } from '~/api/types';

export function createQueries(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 20_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 1 && passing(error),
        retryDelay: 400,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  // What somebody typed is kept however long they look at something else.
  queries.setQueryDefaults(keys.drafts, { gcTime: Infinity });
  return queries;
}

export const keys = {
  cases: ['cases'],
  clock: ['clock'],
  contracts: ['contracts'],
  contract: (id: string) => ['contracts', 'one', id],
  contractChanges: ['contracts', 'changes'],
  clients: ['clients'],
  drafts: ['draft'],
  draft: (of: string) => ['draft', of],
  signingKeys: ['signing keys'],
  requests: ['requests'],
  requestList: (which: RequestBox) => ['requests', which],
  request: (id: string) => ['requests', 'one', id],
  delegations: ['delegations'],
  delegation: (id: string) => ['delegations', 'one', id],
  story: (id: string) => ['delegations', 'story', id],
  people: ['people'],
  event: (id: string) => ['event', id],
} as const;

export const casesQuery = (client: Client) => queryOptions({ queryKey: keys.cases, queryFn: client.case_list });
/** Looked at again by itself: nothing in the trail tells when a clock goes wrong. */
export const clockQuery = (client: Client) =>
  queryOptions({
    queryKey: keys.clock,
    queryFn: client.clock_get,
    staleTime: 5000,
    refetchInterval: ({ state }) => (state.data?.mints === false ? 5000 : 60_000),
  });
export const contractsQuery = (client: Client) =>
  queryOptions({ queryKey: keys.contracts, queryFn: client.contract_list, staleTime: 300_000 });
export const contractQuery = (client: Client, id: string) =>
  queryOptions({ queryKey: keys.contract(id), queryFn: () => client.contract_get(id) });
export const contractChangesQuery = (client: Client) =>
  queryOptions({ queryKey: keys.contractChanges, queryFn: client.contract_change_list });
export const clientsQuery = (client: Client) => queryOptions({ queryKey: keys.clients, queryFn: client.client_list });
export const signingKeysQuery = (client: Client) =>
  queryOptions({ queryKey: keys.signingKeys, queryFn: client.key_list });
export const requestsQuery = (client: Client, which: RequestBox) =>
  queryOptions({ queryKey: keys.requestList(which), queryFn: () => client.request_list(which) });
export const requestQuery = (client: Client, id: string) =>
  queryOptions({ queryKey: keys.request(id), queryFn: () => client.request_get(id) });
export const delegationsQuery = (client: Client) =>
  queryOptions({ queryKey: keys.delegations, queryFn: client.delegation_list });
export const delegationQuery = (client: Client, id: string) =>
  queryOptions({ queryKey: keys.delegation(id), queryFn: () => client.delegation_get(id) });
export const storyQuery = (client: Client, id: string) =>
  queryOptions({ queryKey: keys.story(id), queryFn: () => client.delegation_story(id) });
export const peopleQuery = (client: Client) => queryOptions({ queryKey: keys.people, queryFn: client.person_list });
export const eventQuery = (client: Client, id: string) =>
  queryOptions({ queryKey: keys.event(id), queryFn: () => client.event_get(id), staleTime: Infinity });

const TOUCHES: Record<string, readonly (readonly string[])[]> = {
  request: [keys.requests, keys.cases],
  case: [keys.cases, keys.requests, keys.delegations],
  delegation: [keys.delegations, keys.requests, keys.cases],
  token: [keys.delegations],
  call: [keys.delegations],
  person: [keys.people, keys.requests],
  // Which APIs a client is the client of stands in their contracts.
  contract: [keys.contracts, keys.clients],
  client: [keys.clients],
  clock: [keys.clock],
  key: [keys.signingKeys],
};

/** What these lines have made stale. */
export function touched(events: readonly Pick<EventView, 'kind'>[]): (readonly string[])[] {
  const nouns = new Set(events.map((e) => e.kind.split('.', 1)[0] ?? ''));
  return [...new Set([...nouns].flatMap((noun) => TOUCHES[noun] ?? []))];
}
