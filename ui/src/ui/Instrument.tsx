import { VenetianMask } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Action, HopView, Mode, RequestView } from '~/api/types';
import { Icon } from './Icon';
import { Band, Rosette } from './Rosette';
import { cx, lower, series, shortHash, word } from './text';
import { clockTime, duration, exact } from './time';
import { Customer, Id } from './words';

/** One place for a signature: given, open, the reader's own, or a refusal. */
export function Signature({
  state,
  hand,
  title,
  lines,
  hash,
}: {
  state: 'given' | 'open' | 'you' | 'refused';
  hand: string;
  title: string;
  lines: readonly ReactNode[];
  hash?: string;
}) {
  const open = state === 'open' || state === 'you';
  return (
    <div className={cx('sig-b', open && 'open', state === 'you' && 'you', state === 'refused' && 'no')}>
      <div className="hand">
        {open ? hand : <span>{hand}</span>}
        {!open && hash && <Rosette hash={hash} size={24} />}
      </div>
      <div className="role">{title}</div>
      {lines.map((line, i) => (
        <div className="as" key={i}>
          {line}
        </div>
      ))}
    </div>
  );
}

export const modeTitle = (mode: Mode) =>
  mode === 'impersonation' ? 'Request to impersonate' : 'Request for delegated access';

/** The request as one sentence. */
export function Sentence({ of, tenant, small }: { of: RequestView; tenant: string; small?: boolean }) {
  return (
    <p className={cx('prose', small && 'sm')}>
      <b>{of.asker.name}</b> asks to {of.mode === 'impersonation' ? <b>impersonate</b> : 'act for'} customer{' '}
      <Customer subject={of.customer.subject} /> of {tenant}, on case <span className="fig">{of.case.key}</span>, at{' '}
      <b>{of.api_name}</b>, to <ActionNames of={of.actions} />, <Through hops={of.hops} />
      for{' '}
      <b className="nowrap">
        {of.minutes} {of.minutes === 1 ? 'minute' : 'minutes'}
      </b>{' '}
      from the start.
    </p>
  );
}

/** What the actions take elsewhere is signed with them. */
function Through({ hops }: { hops: readonly HopView[] }) {
  const apis = [...new Set(hops.map((h) => h.api_name))];
  if (apis.length === 0) return null;
  return (
    <>
      and through it{' '}
      {apis.map((api, i) => (
        <span key={api}>
          {i > 0 && ', and '}
          at <b>{api}</b> to <ActionNames of={hops.filter((h) => h.api_name === api)} />
        </span>
      ))}
      ,{' '}
    </>
  );
}

function ActionNames({ of }: { of: readonly Pick<Action, 'scope' | 'name'>[] }) {
  return of.map((action, i) => (
    <span key={action.scope}>
      {i > 0 && (i === of.length - 1 ? ' and ' : ', ')}
      <b>{lower(action.name)}</b>
    </span>
  ));
}

/** `Accounts: change postal address and read profile`. */
export const inShort = (of: { api_name: string; actions: readonly Action[] }) =>
  `${of.api_name}: ${series(of.actions.map((a) => lower(a.name)))}`;

interface InstrumentProps {
  request: RequestView;
  tenant: string;
  me: string;
  /** Whether the reader may sign it now. */
  signable?: boolean;
  compact?: boolean;
}

/** What gets signed, read as one sentence and signed side by side. */
export function Instrument({ request, tenant, me, signable, compact }: InstrumentProps) {
  return (
    <article className={cx('inst', compact && 'compact')} data-mode={request.mode} aria-label="Request">
      <Band />
      {request.mode === 'impersonation' && <Masked request={request} />}
      <div className="inst-h">
        <h2>{modeTitle(request.mode)}</h2>
        <Id of={request.id} />
      </div>
      <Sentence of={request} tenant={tenant} />
      <blockquote className="said">“{request.reason}”</blockquote>
      <div className="sigs">
        <Signature
          state="given"
          hand={request.asker.name}
          title="Asks"
          hash={request.digest}
          lines={[request.asker.id === me ? 'you' : 'agent', <Moment key="at" at={request.asked_at} />]}
        />
        {request.reviews.map((review) => (
          <Signature
            key={`${review.by.id}${review.at}`}
            state={review.decision === 'sign' ? 'given' : 'refused'}
            hand={review.by.name}
            title={review.decision === 'sign' ? 'Signs' : 'Refuses'}
            hash={request.digest}
            lines={[
              review.by.id === me ? 'you' : `of ${request.group}`,
              <span key="at">
                <Moment at={review.at} />, {proofAge(review.proved_at, review.at)}
              </span>,
            ]}
          />
        ))}
        <OpenPlaces request={request} me={me} signable={signable === true} />
      </div>
      <div className="inst-f">
        <Rosette hash={request.digest} size={14} />
        <span>
          Digest <span className="mono">{shortHash(request.digest)}</span>. Each signature covers all of the above.
        </span>
      </div>
    </article>
  );
}

/** Said before anything is read. */
const Masked = ({ request }: { request: RequestView }) => (
  <p className="masked">
    <Icon of={VenetianMask} />
    <span>
      <b>Impersonation.</b> {request.api_name} will take what {request.asker.name} does for the customer’s own doing.
    </span>
  </p>
);

const Moment = ({ at }: { at: string }) => (
  <time dateTime={at} title={exact(at)}>
    {clockTime(at)}
  </time>
);

function proofAge(proved: string, at: string): string {
  const age = new Date(at).getTime() - new Date(proved).getTime();
  return age < 60_000 ? 'fresh proof' : `proof ${duration(age)} old`;
}

function OpenPlaces({ request, me, signable }: { request: RequestView; me: string; signable: boolean }) {
  if (request.state !== 'waiting') return null;
  const owed = Math.max(0, request.needed - request.reviews.filter((r) => r.decision === 'sign').length);
  const others = request.may_sign.filter((p) => p.id !== me).map((p) => p.name);
  return Array.from({ length: owed }, (_, i) =>
    signable && i === 0 ? (
      <Signature key={i} state="you" hand="sign here" title="Signs" lines={['you', 'asks for your password']} />
    ) : (
      <Signature
        key={i}
        state="open"
        hand={`waiting for ${request.group}`}
        title="Signs"
        lines={[
          others.length > 0 ? series(others, 'or') : 'nobody here could',
          owed > 1 ? `${word(owed)} different people` : '',
        ]}
      />
    ),
  );
}
