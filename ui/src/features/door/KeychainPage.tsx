import { useMutation } from '@tanstack/react-query';
import { KeyRound, TimerOff } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { KeychainFault, Me } from '~/api/types';
import { sentence } from '~/api/errors';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Refusal } from '~/ui/Fault';
import { useFailure } from '~/ui/Toast';

const FAULTS: Record<KeychainFault, { heading: string; retry: string; after: string }> = {
  locked: {
    heading: 'The keychain is locked',
    retry: 'Unlock it',
    after: 'Your system asks for the keychain’s password. Then you stay signed in for 12 h.',
  },
  no_service: {
    heading: 'No keychain service is running',
    retry: 'Look for it again',
    after: 'Start the keychain of your desktop (such as GNOME Keyring or KWallet) first.',
  },
  no_bus: {
    heading: 'There is no session bus',
    retry: 'Look for it again',
    after: 'Start the console from your desktop session, where the keychain can be reached.',
  },
  denied: {
    heading: 'The keychain said no',
    retry: 'Ask it again',
    after: 'Allow Countersign in your system’s keychain settings, or say yes when it asks.',
  },
};

const ACTS = { retry: { locked: 'Unlock the keychain', other: 'Try the keychain again' }, memory: 'Go on without it' };

/** A keychain that can't be used: what happened, and a way on for each fault. */
export function KeychainPage({ fault, text, me }: { fault: KeychainFault; text: string; me: Me | undefined }) {
  const client = useClient();
  const fail = useFailure();
  const name = useId();
  const [way, setWay] = useState<'retry' | 'memory'>('retry');
  const act = useMutation({ mutationFn: () => (way === 'retry' ? client.keychain_retry() : client.keychain_memory()) });
  const it = FAULTS[fault];
  const send = (event: FormEvent) => {
    event.preventDefault();
    act.mutate();
  };
  return (
    <form className="stack stack-18" onSubmit={send}>
      <div className="stack">
        <h1>{it.heading}</h1>
        <p className="two">
          {me && (
            <>
              You are signed in as <b>{me.name}</b>, but your session cannot be stored.{' '}
            </>
          )}
          {sentence(text)}
        </p>
      </div>
      <div className="stack" role="radiogroup" aria-label="How to go on">
        <label className="pick">
          <input
            className="check"
            type="radio"
            name={name}
            checked={way === 'retry'}
            onChange={() => setWay('retry')}
          />
          <span>
            <b>{it.retry}</b>
            <small>{it.after}</small>
          </span>
        </label>
        <label className="pick">
          <input
            className="check"
            type="radio"
            name={name}
            checked={way === 'memory'}
            onChange={() => setWay('memory')}
          />
          <span>
            <b>Go on without it</b>
            <small>The session is kept in memory and ends when this window closes. Nothing is written to disk.</small>
          </span>
        </label>
      </div>
      {act.error && <Refusal error={act.error} />}
      <div className="row">
        <Button kind="ink" size="lg" icon={way === 'retry' ? KeyRound : TimerOff} submit busy={act.isPending} autoFocus>
          {way === 'memory' ? ACTS.memory : fault === 'locked' ? ACTS.retry.locked : ACTS.retry.other}
        </Button>
        <span className="push" />
        {me && (
          <Button kind="ghost" onClick={() => void client.sign_out().catch(fail)}>
            Sign out
          </Button>
        )}
      </div>
      <p className="small mute">
        <span className="mono">keychain_{fault}</span>
      </p>
    </form>
  );
}
