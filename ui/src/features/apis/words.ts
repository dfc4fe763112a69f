// How people read what a contract says.
import type { ContractView, Format, Risk, Subject } from '~/api/types';
import { isMembers, RISKS } from './contract';
import { parsed } from './diff';

const MEMBERS: Record<string, string> = {
  key: 'Short name',
  name: 'Name',
  audience: 'Audience',
  base_url: 'Base address',
  format: 'Token',
  alg: 'Algorithm',
  bound: 'Bound to a key',
  token_ttl_s: 'Longest life of a token, in seconds',
  max_minutes: 'Longest delegation, in minutes',
  modes: 'Modes',
  subject: 'Customers’ names',
  client: 'Its own client',
  introspection_clients: 'Who else may introspect',
};
const PARTS: Record<string, string> = {
  name: 'name',
  effect: 'effect',
  risk: 'risk',
  calls: 'what it calls at other APIs',
  scope: 'action that it needs',
  example: 'body to start from',
};

/** `Longest delegation, in minutes`; `refund:write: risk`. */
export function fieldName(field: string): string {
  const found = /^(actions|endpoints)\.(.+?)(?:\.(name|effect|risk|calls|scope|example))?$/.exec(field);
  if (!found) return MEMBERS[field] ?? field;
  const [, of, what = '', part] = found;
  if (part) return `${what}: ${PARTS[part] ?? part}`;
  return `${of === 'actions' ? 'Action' : 'Operation'} ${what}`;
}

/** One line a member; a hop on one line; what is empty is said to be. */
function plain(it: unknown): string {
  if (typeof it === 'boolean') return it ? 'yes' : 'no';
  if (Array.isArray(it)) {
    const lines = it.map(plain);
    return lines.length === 0 ? 'none' : lines.join(it.some(isMembers) ? '\n' : ', ');
  }
  if (!isMembers(it)) return String(it);
  if (typeof it.audience === 'string') return `${String(it.scope)} at ${it.audience}`;
  return Object.entries(it)
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(([name, value]) => `${name === 'scope' ? name : (PARTS[name] ?? name)}: ${plain(value)}`)
    .join('\n');
}

/** A value as people read it: no quotation marks, no braces. */
export const valueText = (value: string | undefined): string => (value === undefined ? '' : plain(parsed(value)));

export const riskOfValue = (field: string, value: string | undefined): Risk | undefined => {
  const it = parsed(value);
  return field.endsWith('.risk') && RISKS.includes(it as Risk) ? (it as Risk) : undefined;
};

export const BY_FILE =
  'Its contract stands in a file of whoever runs the service and is changed there, so no change is proposed here.';

export const FORMATS: Record<Format, string> = {
  jwt: 'JWT, which the API can check by itself',
  opaque: 'opaque: the API must introspect each',
};
export const SUBJECTS: Record<Subject, string> = {
  unique: 'as they are, unique across tenants',
  qualified: 'with the tenant before them, as tenants may use the same',
};

/** `JWT (at+jwt, ES256)`, `opaque`. */
export const formatShort = (of: Pick<ContractView, 'format' | 'alg'>) =>
  of.format === 'jwt' ? `JWT (at+jwt, ${of.alg})` : 'opaque';
