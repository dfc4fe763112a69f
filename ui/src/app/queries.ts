// What has been fetched, under which keys, and which lines of the trail make it stale.
import { QueryClient, queryOptions } from '@tanstack/react-query';
import { passing } from '~/api/errors';
import type { Client } from '~/api/client';
import type { EventView, RequestBox } from '~/api/types';

export const createQueries = () =>
  new QueryClient({
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

export const keys = {
  cases: ['cases'],
  contracts: ['contracts'],
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
export const contractsQuery = (client: Client) =>
  queryOptions({ queryKey: keys.contracts, queryFn: client.contract_list, staleTime: 300_000 });
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
  contract: [keys.contracts],
};

/** What these lines have made stale. */
export function touched(events: readonly Pick<EventView, 'kind'>[]): (readonly string[])[] {
  const nouns = new Set(events.map((e) => e.kind.split('.', 1)[0] ?? ''));
  return [...new Set([...nouns].flatMap((noun) => TOUCHES[noun] ?? []))];
}
