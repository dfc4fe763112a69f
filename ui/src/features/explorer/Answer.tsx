import { Link } from '@tanstack/react-router';
import { BadgeCheck, Check, CircleX, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ApiAnswer, DelegationView } from '~/api/types';
import { useMe } from '~/app/services';
import { sentence } from '~/api/errors';
import { Icon } from '~/ui/Icon';
import { Json, pretty } from '~/ui/Json';
import { Note } from '~/ui/parts';
import { Seg } from '~/ui/Seg';
import { cx } from '~/ui/text';
import { Id } from '~/ui/words';
import type { Draft } from './draft';

const WORDS: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No content',
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  422: 'Not processable',
  500: 'Server error',
  502: 'Bad gateway',
  503: 'Unavailable',
};

/** What came of a call, and where the trail has it. */
export function Answer({ answer, sent, delegation }: { answer: ApiAnswer; sent: Draft; delegation: DelegationView }) {
  const [part, setPart] = useState<'body' | 'head'>('body');
  const good = answer.status !== undefined && answer.status < 400;
  const bytes = new TextEncoder().encode(answer.body).length;
  return (
    <>
      <section className="stack stack-6" aria-label="Answer" aria-live="polite">
        <div className="row">
          <h2 className="h3">Answer</h2>
          <span className={cx('st small', good ? 't-ledger' : 't-seal')}>
            <Icon of={good ? Check : CircleX} />
            {answer.status === undefined ? 'none came' : `${answer.status} ${WORDS[answer.status] ?? ''}`}
          </span>
          <span className="small mute">
            {answer.took_ms} ms{answer.status !== undefined && `, ${bytes.toLocaleString('en')} bytes`}
          </span>
          <span className="push" />
          {answer.status !== undefined && (
            <Seg
              label="Part of the answer"
              small
              value={part}
              onChange={setPart}
              items={[
                { value: 'body', label: 'Body' },
                { value: 'head', label: 'Headers' },
              ]}
            />
          )}
        </div>
        {answer.status === undefined ? (
          <Note tone="seal" icon={TriangleAlert}>
            <p>
              <b>No answer came.</b> {sentence(answer.failed ?? 'the API could not be reached')} Whether the API did
              anything is not known; look before you send it again.
            </p>
          </Note>
        ) : part === 'head' ? (
          <Json label="Headers" text={answer.headers.map(([name, value]) => `${name}: ${value}`).join('\n')} />
        ) : answer.body === '' ? (
          <p className="mute">The answer has no body.</p>
        ) : (
          <Json label="Body" text={pretty(answer.body)} />
        )}
        {answer.cut && <p className="small mute">Only the first 256 KiB are shown; the API sent more.</p>}
      </section>
      <Recorded answer={answer} sent={sent} delegation={delegation} />
    </>
  );
}

function Recorded({ answer, sent, delegation }: { answer: ApiAnswer; sent: Draft; delegation: DelegationView }) {
  const me = useMe();
  const line = answer.outcome ?? answer.intent;
  const known = answer.outcome !== undefined;
  return (
    <div className={cx('recorded', !known && 'half')}>
      <span className={known ? 't-ledger' : 't-ochre'}>
        <Icon of={known ? BadgeCheck : TriangleAlert} />
      </span>
      <span className="cut">
        <b>{known ? 'Recorded' : 'Recorded before it was sent; what came of it could not be.'}</b> {me.name}{' '}
        {delegation.mode === 'impersonation' ? 'as' : 'for'} {delegation.customer.subject},{' '}
        <span className="mono">{sent.method}</span> {answer.status ?? 'no answer'}
      </span>
      <span className="push">
        <Id of={line} />
      </span>
      <Link className="nowrap" to="/trail" search={{ event: line }}>
        Its line in the trail
      </Link>
    </div>
  );
}
