// How people read what a contract says.
import type { ContractView, Format, Risk, Subject } from '~/api/types';
import { RISKS } from './contract';
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

/** A value as people read it: texts without their marks, what has parts laid out. */
export function valueText(value: string | undefined): string {
  const it = parsed(value);
  if (it === undefined) return '';
  if (typeof it === 'string') return it;
  if (typeof it === 'boolean') return it ? 'yes' : 'no';
  if (Array.isArray(it) && it.length === 0) return 'none';
  if (Array.isArray(it) && it.every((x) => typeof x === 'string')) return it.join(', ');
  return typeof it === 'object' ? JSON.stringify(it, null, 2) : String(it);
}

export const riskOfValue = (field: string, value: string | undefined): Risk | undefined => {
  const it = parsed(value);
  return field.endsWith('.risk') && RISKS.includes(it as Risk) ? (it as Risk) : undefined;
};

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
