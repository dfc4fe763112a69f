// A contract as text: what a new one starts from, and what is wrong with one.
import type { Contract, Risk } from '~/api/types';
import { faultText, type JsonFault, jsonFault } from '~/ui/jsonFault';

/** The members in the order in which they are written. */
const ORDER: readonly (keyof Contract)[] = [
  'key',
  'name',
  'audience',
  'base_url',
  'format',
  'alg',
  'bound',
  'token_ttl_s',
  'max_minutes',
  'modes',
  'subject',
  'client',
  'introspection_clients',
  'actions',
  'endpoints',
];

/** As somebody edits it. */
export const written = (contract: Contract): string =>
  JSON.stringify(
    Object.fromEntries(ORDER.filter((name) => contract[name] !== undefined).map((name) => [name, contract[name]])),
    null,
    2,
  );

/** For a new API: complete, careful, and with nothing in it that could be taken for somebody's. */
export const TEMPLATE = written({
  key: 'my-api',
  name: 'My API',
  audience: 'https://my-api.example',
  base_url: 'https://my-api.example',
  format: 'jwt',
  alg: 'ES256',
  bound: false,
  token_ttl_s: 300,
  max_minutes: 30,
  modes: ['delegated'],
  subject: 'unique',
  introspection_clients: [],
  actions: [
    {
      scope: 'thing:read',
      name: 'Read a thing',
      effect: 'Say in a sentence what follows from it.',
      risk: 'low',
      calls: [],
    },
  ],
  endpoints: [{ method: 'GET', path: '/customers/{customer}/things', scope: 'thing:read' }],
});

export const RISKS: readonly Risk[] = ['low', 'medium', 'high', 'critical'];

type Check = readonly [test: (value: unknown) => boolean, want: string];
const text: Check = [(v) => typeof v === 'string' && v.trim() !== '', 'a text that is not empty'];
const yesNo: Check = [(v) => typeof v === 'boolean', 'true or false'];
const list: Check = [Array.isArray, 'a list in [ ]'];
const whole = (most: number): Check => [
  (v) => typeof v === 'number' && Number.isInteger(v) && v >= 1 && v <= most,
  most === Infinity ? 'a whole number from 1' : `a whole number from 1 to ${most}`,
];
const oneOf = (...of: readonly string[]): Check => [
  (v) => typeof v === 'string' && of.includes(v),
  of.map((x) => `"${x}"`).join(' or '),
];
const texts: Check = [(v) => Array.isArray(v) && v.every((x) => typeof x === 'string'), 'a list of texts'];

const MUST: Record<string, Check> = {
  key: text,
  name: text,
  audience: text,
  base_url: text,
  format: oneOf('jwt', 'opaque'),
  alg: oneOf('ES256', 'EdDSA', 'RS256', 'PS256'),
  bound: yesNo,
  token_ttl_s: whole(300),
  max_minutes: whole(Infinity),
  modes: [
    (v) => Array.isArray(v) && v.length > 0 && v.every((m) => m === 'delegated' || m === 'impersonation'),
    '["delegated"], ["impersonation"] or both',
  ],
  subject: oneOf('unique', 'qualified'),
  introspection_clients: texts,
  actions: list,
  endpoints: list,
};
const ACTION: Record<string, Check> = { scope: text, name: text, effect: text, risk: oneOf(...RISKS) };
const ENDPOINT: Record<string, Check> = { method: text, path: text, scope: text };
const HOP: Record<string, Check> = { audience: text, scope: text };

export type Members = Record<string, unknown>;
export const isMembers = (v: unknown): v is Members => typeof v === 'object' && v !== null && !Array.isArray(v);

function membersFault(of: unknown, where: string, must: Record<string, Check>, may: Record<string, Check> = {}) {
  if (!isMembers(of)) return `${where || 'it'} must be an object in { }`;
  const at = (name: string) => (where ? `${where}.${name}` : name);
  for (const [name, [test, want]] of Object.entries(must)) {
    if (!(name in of)) return `${at(name)} is missing: give ${want}`;
    if (!test(of[name])) return `${at(name)} must be ${want}`;
  }
  for (const [name, value] of Object.entries(of)) {
    const check = may[name];
    if (check && !check[0](value)) return `${at(name)} must be ${check[1]}`;
    if (!check && !(name in must)) return `${at(name)} is nothing that a contract has`;
  }
  return undefined;
}

function eachFault(all: readonly unknown[], where: string, fault: (one: unknown, at: string) => string | undefined) {
  for (const [i, one] of all.entries()) {
    const found = fault(one, `${where}[${i}]`);
    if (found) return found;
  }
  return undefined;
}

function shapeFault(value: unknown): string | undefined {
  const top = membersFault(value, '', MUST, { client: text });
  if (top) return top;
  const of = value as { actions: Members[]; endpoints: unknown[] };
  if (of.actions.length === 0) return 'actions is empty: name at least one';
  const actions = eachFault(of.actions, 'actions', (a, at) => membersFault(a, at, ACTION, { calls: list }));
  if (actions) return actions;
  const scopes = of.actions.map((a) => a.scope);
  const twice = scopes.find((s, i) => scopes.indexOf(s) !== i);
  if (twice !== undefined) return `the action ${String(twice)} stands twice`;
  return (
    eachFault(of.actions, 'actions', (a, at) =>
      eachFault(((a as Members).calls ?? []) as unknown[], `${at}.calls`, (c, where) => membersFault(c, where, HOP)),
    ) ?? eachFault(of.endpoints, 'endpoints', (e, at) => membersFault(e, at, ENDPOINT, { example: text }))
  );
}

/** The contract that a text is, or why it is none. The service looks at it once more. */
export function readContract(source: string): { contract: Contract } | { fault: string; at?: JsonFault } {
  const fault = jsonFault(source);
  if (fault) return { fault: `Not JSON: ${faultText(fault)}`, at: fault };
  const value: unknown = JSON.parse(source);
  const shape = shapeFault(value);
  return shape === undefined ? { contract: value as Contract } : { fault: `Not a contract yet: ${shape}` };
}
