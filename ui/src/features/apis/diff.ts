// How two contracts differ, and which differences let somebody do more than before.
import type { Contract, Difference, Risk } from '~/api/types';
import { isMembers, RISKS } from './contract';

/** Actions by scope and endpoints by what they call, so that a difference says which. */
function byName(contract: Contract): Map<string, unknown> {
  const { actions, endpoints, ...rest } = contract;
  const out = new Map<string, unknown>(Object.entries(rest));
  for (const action of actions) out.set(`actions.${action.scope}`, action);
  for (const end of endpoints) out.set(`endpoints.${end.method} ${end.path}`, end);
  return out;
}

const json = (value: unknown) => JSON.stringify(value);
/** A member that is left out and one that is empty are the same. */
const weight = (value: unknown) =>
  value === undefined || (Array.isArray(value) && value.length === 0) ? '' : json(value);

function inside(field: string, before: unknown, after: unknown): Difference[] {
  if (!isMembers(before) || !isMembers(after)) return [{ field, before: json(before), after: json(after) }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => weight(before[name]) !== weight(after[name]))
    .map((name) => ({
      field: `${field}.${name}`,
      ...(before[name] !== undefined && { before: json(before[name]) }),
      ...(after[name] !== undefined && { after: json(after[name]) }),
    }));
}

/** What is different in `after`; all of it where there was none before. */
export function differences(before: Contract | undefined, after: Contract): Difference[] {
  const old = before ? byName(before) : new Map<string, unknown>();
  const now = byName(after);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((field): Difference[] => {
    const [a, b] = [old.get(field), now.get(field)];
    if (weight(a) === weight(b)) return [];
    if (a === undefined) return [{ field, after: json(b) }];
    if (b === undefined) return [{ field, before: json(a) }];
    return inside(field, a, b);
  });
}

export function parsed(value: string | undefined): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

const more = (d: Difference) => {
  const [a, b] = [parsed(d.before), parsed(d.after)];
  return typeof a === 'number' && typeof b === 'number' && b > a;
};
const added = (d: Difference): boolean => {
  const [a, b] = [parsed(d.before), parsed(d.after)];
  const before = Array.isArray(a) ? a.map(json) : [];
  return Array.isArray(b) && b.some((x) => !before.includes(json(x)));
};

/** Why a reviewer should look twice: what this difference lets somebody do that could not be done before. */
export function widens(d: Difference): string | undefined {
  const before = parsed(d.before);
  const after = parsed(d.after);
  if (d.field === 'max_minutes' && more(d)) return 'a delegation may last longer';
  if (d.field === 'token_ttl_s' && more(d)) return 'a token lives longer after a revocation';
  if (d.field === 'bound' && before === true) return 'a stolen token could be used by whoever has it';
  if (
    d.field === 'modes' &&
    added(d) &&
    String(after).includes('impersonation') &&
    !String(before).includes('impersonation')
  )
    return 'agents may ask to impersonate its customers';
  if (d.field === 'client' && after !== undefined) return 'this machine may take its tokens on to other APIs';
  if (d.field === 'introspection_clients' && before !== undefined && added(d))
    return 'more machines are told about its tokens';
  if ((d.field === 'audience' || d.field === 'base_url') && before !== undefined)
    return 'its tokens go to another place';
  if (/^actions\.(.+)\.calls$/.test(d.field) && added(d)) return 'it reaches further, into other APIs';
  if (/^actions\.(.+)\.risk$/.test(d.field) && RISKS.indexOf(after as Risk) < RISKS.indexOf(before as Risk))
    return 'policy asks for less where the risk is lower';
  return undefined;
}
