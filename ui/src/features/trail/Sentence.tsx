// What a line says, as a sentence.
import type { ReactNode } from 'react';
import { END_REASONS } from '~/features/acting/ended';
import type { EndReason, EventView } from '~/api/types';
import { Id } from '~/ui/words';
import { particular, timesOf, timesText, WANTED } from './many';
import {
  acting,
  ahead,
  Api,
  Case,
  For,
  lowered,
  Machine,
  Mono,
  ofKey,
  Person,
  Proposed,
  roles,
  Scopes,
  token,
} from './nouns';
import { clientChanges, codeWords, isId, wasRefused } from './words';

/** What came of a proposal, as it was done and as it was wanted. */
const REVIEWS: Record<string, readonly [did: string, want: string]> = {
  sign: ['agreed to', 'agree to'],
  refuse: ['refused', 'refuse'],
  withdraw: ['took back', 'take back'],
};

/** The deed as a thing that was done, and as one that was wanted. */
type Deed = readonly [did: ReactNode, want: ReactNode];

const DEEDS: Record<string, (e: EventView) => Deed> = {
  'tenant.set_up': (e) => [<>set up {e.tenant}</>, <>set up {e.tenant}</>],
  'session.begin': () => ['signed in', 'sign in'],
  'session.end': (e) =>
    e.actor.kind === 'service'
      ? [
          <>
            ended the sign-in of <Person e={e} />
            {e.code && `: ${codeWords(e.code)}`}
          </>,
          'end a sign-in',
        ]
      : ['signed out', 'sign out'],
  'proof.give': () => ['proved afresh who they are', 'prove afresh who they are'],
  'person.invite': (e) =>
    e.action === 'again'
      ? [
          <>
            made a new link for <Person e={e} />
          </>,
          <>
            make a new link for <Person e={e} />
          </>,
        ]
      : [
          <>
            invited <Person e={e} /> as {roles(e)}
          </>,
          <>
            invite <Person e={e} />
          </>,
        ],
  'person.join': () => ['chose a password and can sign in', 'choose a password'],
  'person.change': (e) => [
    <>
      changed what <Person e={e} /> may come to do: {roles(e)}
    </>,
    <>
      change what <Person e={e} /> may come to do
    </>,
  ],
  'contract.register': (e) => [
    <>registered a version of the contract of {e.resource || 'an API'}</>,
    <>register the contract of {e.resource || 'an API'}</>,
  ],
  'contract.propose': (e) => [
    <>
      proposed a contract of <Proposed e={e} />
    </>,
    <>
      propose a contract of <Proposed e={e} />
    </>,
  ],
  'contract.review': (e) => [
    <>
      {REVIEWS[e.action]?.[0] ?? 'agreed to'} the proposed contract of <Api e={e} />
    </>,
    <>
      {REVIEWS[e.action]?.[1] ?? 'agree to'} the proposed contract of <Api e={e} />
    </>,
  ],
  'client.register': (e) => [
    <>
      registered client <Machine e={e} />
    </>,
    <>
      register client <Machine e={e} />
    </>,
  ],
  'client.change': (e) => [
    <>
      changed client <Machine e={e} />
      {e.action && `: ${clientChanges(e)}`}
    </>,
    <>
      change client <Machine e={e} />
    </>,
  ],
  'token.issue': () => ['got a token for itself', 'get a token for itself'],
  'token.revoke': (e) => [
    <>
      gave a token back{e.subject_name && <> for </>}
      <For e={e} />, and what came of it is over with it
    </>,
    'give a token back',
  ],
  'policy.load': (e) => [
    <>
      put policy <Mono>{e.code ?? 'default'}</Mono> in force
    </>,
    'load a policy',
  ],
  'key.make': (e) => [<>made a signing key{ofKey(e)}</>, 'make a signing key'],
  'key.activate': (e) => [
    e.decision === 'intended' ? (
      <>rotated: the next signing key{ofKey(e)} signs as soon as every API has had time to fetch it</>
    ) : (
      <>let a signing key sign from now on{ofKey(e)}</>
    ),
    'let a signing key sign',
  ],
  'key.retire': (e) => [
    <>retired a signing key{ofKey(e)}; what it signed still counts until it runs out</>,
    'retire a signing key',
  ],
  'key.withdraw': (e) => [
    <>withdrew a signing key{ofKey(e)}; what it signed no longer counts</>,
    'withdraw a signing key',
  ],
  'clock.lower': (e) => [
    <>
      lowered the clock’s mark{lowered(e)}, so that tokens are given out again{ahead(e)}
    </>,
    'lower the clock’s mark',
  ],
  'case.create': (e) => [
    <>
      opened case <Case e={e} /> for <For e={e} />
    </>,
    'open a case',
  ],
  'case.assign': (e) => [
    <>
      gave case <Case e={e} /> to {e.person_name ? <Person e={e} /> : 'nobody'}
    </>,
    <>
      give case <Case e={e} /> to {e.person_name ? <Person e={e} /> : 'nobody'}
    </>,
  ],
  'case.close': (e) => [
    <>
      closed case <Case e={e} />
    </>,
    <>
      close case <Case e={e} />
    </>,
  ],
  'case.reopen': (e) => [
    <>
      opened case <Case e={e} /> again
    </>,
    <>
      open case <Case e={e} /> again
    </>,
  ],
  'request.create': (e) => [
    <>
      asked to {acting(e)} <For e={e} /> on case <Case e={e} />, with <Scopes e={e} /> at {e.resource}
    </>,
    <>
      ask to {acting(e)} <For e={e} /> on case <Case e={e} />, with <Scopes e={e} />
    </>,
  ],
  'request.review': (e) =>
    e.action === 'refuse'
      ? [
          <>
            refused the request for <For e={e} />
          </>,
          <>
            refuse the request for <For e={e} />
          </>,
        ]
      : [
          <>
            signed the request for <For e={e} />
          </>,
          <>
            sign the request for <For e={e} />
          </>,
        ],
  'request.unsign': (e) => [
    <>
      took their signature back, for <For e={e} />
    </>,
    <>
      take a signature back, for <For e={e} />
    </>,
  ],
  'request.withdraw': (e) => [
    <>
      withdrew the request for <For e={e} />
    </>,
    <>
      withdraw the request for <For e={e} />
    </>,
  ],
  'delegation.start': (e) => [
    <>
      started to {acting(e)} <For e={e} /> on case <Case e={e} />
    </>,
    <>
      start to {acting(e)} <For e={e} /> on case <Case e={e} />
    </>,
  ],
  'delegation.reissue': (e) => [
    <>
      opened the console again while acting for <For e={e} />: a new warrant, the old one is dead
    </>,
    <>
      get a new warrant for <For e={e} />
    </>,
  ],
  'token.exchange': (e) => [<>got {token(e)}</>, <>get {token(e)}</>],
  'token.refuse': (e) => [
    <>
      was told that a token for <For e={e} /> no longer counts
    </>,
    <>
      have a token for <For e={e} /> accepted
    </>,
  ],
  'call.intend': (e) => [
    <>
      is about to call <Mono>{`${e.action} ${e.resource}`}</Mono> for <For e={e} />
    </>,
    <>
      call <Mono>{`${e.action} ${e.resource}`}</Mono>
    </>,
  ],
  'call.report': (e) => [
    <>
      called <Mono>{`${e.action} ${e.resource}`}</Mono> for <For e={e} />, and their console reports{' '}
      {/^\d+$/.test(e.code ?? '') ? (
        <>
          the answer <Mono>{e.code}</Mono>
        </>
      ) : (
        'that no answer came'
      )}
    </>,
    <>report what came of a call</>,
  ],
  'access.refuse': (e) => [
    <>
      came to <Mono>{e.action}</Mono>
    </>,
    <>
      come to <Mono>{e.action}</Mono>
    </>,
  ],
};

const known = (code: string | undefined): code is EndReason => code !== undefined && code in END_REASONS;

/** Why something ended, as far as the line says. */
export function endWords(e: EventView): string {
  return known(e.code) ? END_REASONS[e.code] : e.code ? codeWords(e.code) : 'its time was over';
}

/** The line, told. */
export function Sentence({ e }: { e: EventView }) {
  if (e.kind === 'delegation.end')
    return (
      <>
        The delegation for <For e={e} /> on case <Case e={e} /> ended: {endWords(e)}
        {e.actor.kind === 'person' && e.code !== 'agent' && (
          <>
            {' '}
            by <b>{e.actor.name}</b>
          </>
        )}
        .
      </>
    );
  if (e.kind === 'request.lapse')
    return (
      <>
        A request for <For e={e} /> on case <Case e={e} /> ran out: {endWords(e)}.
      </>
    );
  if (e.kind === 'alert.raise') return <Alert e={e} />;
  if (e.kind === 'session.refuse' || e.kind === 'client.refuse') return <Unproven e={e} />;
  const deed = DEEDS[e.kind]?.(e);
  const did = deed?.[0] ?? (
    <>
      did <Mono>{e.kind}</Mono>
    </>
  );
  const want = deed?.[1] ?? (
    <>
      do <Mono>{e.kind}</Mono>
    </>
  );
  if (!wasRefused(e))
    return (
      <>
        <Doer e={e} /> {did}.
      </>
    );
  const times = timesOf(e);
  return (
    <>
      {e.actor.kind === 'service' ? <b>Somebody unknown</b> : <Doer e={e} />} wanted to{' '}
      {times !== undefined && !particular(e) ? WANTED[e.kind] : want}
      {times !== undefined && <Times n={times} />}. {times === undefined ? 'It' : 'Each time it'} was refused
      {e.code && (
        <>
          : <Mono>{codeWords(e.code)}</Mono>
        </>
      )}
      , and not done.
    </>
  );
}

const Times = ({ n }: { n: number }) => (
  <>
    , <b>{timesText(n)}</b>
  </>
);

const PROOFS: Record<string, string> = {
  password: 'sign in',
  proof: 'prove afresh who they are',
  code: 'finish a sign-in',
  refresh: 'stay signed in',
  access: 'use their access token with another key',
  replay: 'show a proof of their key again',
};

/** Somebody who only said who they are: nothing is held against whoever that is. */
function Unproven({ e }: { e: EventView }) {
  const times = timesOf(e);
  const claimed = e.kind === 'client.refuse' ? <Machine e={e} /> : e.person_name && <Person e={e} />;
  return (
    <>
      Somebody {claimed ? <>who came as {claimed} </> : ''}tried to{' '}
      {e.kind === 'client.refuse' ? 'prove to be it' : (PROOFS[e.action] ?? 'sign in')}, in vain
      {times !== undefined && <Times n={times} />}.
    </>
  );
}

/** It is raised by the service, about somebody. */
function Alert({ e }: { e: EventView }) {
  return (
    <>
      Alert: {e.impersonated ? 'somebody is impersonated' : e.code ? codeWords(e.code) : codeWords(e.action || e.kind)}
      {e.subject_name && (
        <>
          , for <For e={e} />
        </>
      )}
      {e.actor.kind !== 'service' && (
        <>
          , by <Doer e={e} />
        </>
      )}
      .
    </>
  );
}

/** Who did it, so that a machine is not taken for a person. */
export function Doer({ e }: { e: EventView }) {
  if (e.actor.kind === 'service') return <b>The service</b>;
  if (e.actor.kind === 'client')
    return (
      <>
        A machine, <b>{e.actor.name}</b>,
      </>
    );
  return isId(e.actor.name) ? <Id of={e.actor.name} /> : <b>{e.actor.name}</b>;
}
