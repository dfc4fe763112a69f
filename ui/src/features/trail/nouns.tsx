// What sentences of lines are made of: who and what they speak of.
import type { ReactNode } from 'react';
import type { EventView } from '~/api/types';
import { count, series } from '~/ui/text';
import { duration } from '~/ui/time';
import { Customer } from '~/ui/words';
import { shortKid } from '~/features/keys/words';

export const Mono = ({ children }: { children: ReactNode }) => <span className="fig">{children}</span>;
export const For = ({ e }: { e: EventView }) =>
  e.subject_name ? <Customer subject={e.subject_name} impersonated={e.impersonated} /> : null;
/** `act for`, `started to act for`; other words where the API does not see who acts. */
export const acting = (e: EventView) => (e.impersonated ? 'impersonate' : 'act for');
/** For whom a token is, and where: as much of it as is known. No agent is behind one with an issuer; the customer was there. */
export const token = (e: EventView) => (
  <>
    a token
    {e.subject_name && (
      <>
        {' '}
        for <For e={e} />
        {e.issuer && ', who is present,'}
      </>
    )}
    {e.resource && ` at ${e.resource}`}
    {e.action && (
      <>
        , with <Scopes e={e} />
      </>
    )}
  </>
);
export const Case = ({ e }: { e: EventView }) => (e.case_key ? <Mono>{e.case_key}</Mono> : <>a case</>);
export const Person = ({ e }: { e: EventView }) => <b>{e.person_name ?? 'somebody'}</b>;
export const Scopes = ({ e }: { e: EventView }) => <Mono>{e.action || 'nothing'}</Mono>;
export const roles = (e: EventView) => (e.action ? series(e.action.split(' ')) : 'no role');

export const Api = ({ e }: { e: EventView }) => <b>{e.resource || 'an API'}</b>;
/** One that is new has no name yet, but the key that was proposed for it. */
export const Proposed = ({ e }: { e: EventView }) =>
  e.resource || !e.action ? <Api e={e} /> : <Mono>{e.action}</Mono>;
/** By its name and id, as it is registered. */
export const Machine = ({ e }: { e: EventView }) => <b>{e.resource || 'a machine'}</b>;
/** `ES256 …7f2b91c0`: with what a key signs, and its name. */
export const ofKey = (e: EventView) => {
  const [algorithm, kid] = e.action.split(' ');
  return (
    algorithm && (
      <>
        {' '}
        (<Mono>{kid ? `${algorithm} ${shortKid(kid)}` : algorithm}</Mono>)
      </>
    )
  );
};

export const lowered = ({ figures: { from, to } }: EventView) =>
  from !== undefined && to !== undefined && ` by ${duration((from - to) * 1000)}`;

/** What was begun in the time that never was. */
export function ahead({ figures: { sessions = 0, delegations = 0, tokens = 0 } }: EventView): string {
  const over = [
    [sessions, 'sign-in'],
    [delegations, 'delegation'],
    [tokens, 'token'],
  ] as const;
  const told = over.filter(([n]) => n > 0).map(([n, what]) => count(n, what));
  if (told.length === 0) return '; nothing had been begun while the clock was ahead';
  const keys = tokens > 0 ? ', and an API that only checks signatures takes those tokens when their time comes' : '';
  return `; ${series(told)} from while the clock was ahead ${told.length === 1 && told[0]?.startsWith('1 ') ? 'is' : 'are'} over${keys}`;
}
