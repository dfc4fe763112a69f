// Where somebody comes in: which service, sign-in through the browser, and what the keychain says about it.
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { ServiceChoice } from '~/api/types';
import { useClient, useConsole } from '~/app/services';
import { problemOf } from '~/api/errors';
import { Mark } from '~/ui/Rosette';
import { BrowserPage } from './BrowserPage';
import { ChoosePage } from './ChoosePage';
import { DoorSide } from './DoorSide';
import { FirstAdminPage } from './FirstAdminPage';
import { KeychainPage } from './KeychainPage';
import { SilentPage } from './SilentPage';
import { WelcomePage } from './WelcomePage';

export function Door() {
  useEffect(() => {
    document.title = 'Sign in – Countersign';
  }, []);
  const body = useDoor();
  return (
    <div className="door">
      <main className="door-l">
        <div className="door-c">
          <div className="row">
            <Mark />
            <span className="mark-word">Countersign</span>
          </div>
          {body}
        </div>
      </main>
      <DoorSide />
    </div>
  );
}

function useDoor(): ReactNode {
  const client = useClient();
  const { service, me, keychain, browser } = useConsole();
  const [choosing, setChoosing] = useState(false);
  const signIn = useMutation({ mutationFn: client.sign_in });
  const choose = useMutation({
    mutationFn: client.service_choose,
    onSuccess: (state) => {
      setChoosing(false);
      if (state.service?.setup !== true && state.me === undefined && state.keychain.state !== 'fault') signIn.mutate();
    },
  });
  const [asked, setAsked] = useState<ServiceChoice>();
  const use = (choice: ServiceChoice) => {
    setAsked(choice);
    signIn.reset();
    choose.mutate(choice);
  };
  if (browser && browser.step_up === undefined) return <BrowserPage wait={browser} />;
  if (keychain.state === 'fault' && service)
    return <KeychainPage fault={keychain.fault} text={keychain.text} me={me} />;
  const failed = choose.error ?? signIn.error;
  if (failed && problemOf(failed).code === 'unreachable')
    return (
      <SilentPage
        error={failed}
        address={asked?.kind === 'shared' ? asked.url : service?.issuer}
        onRetry={() => (choose.error && asked ? use(asked) : signIn.mutate())}
        onChange={() => {
          choose.reset();
          signIn.reset();
          setChoosing(true);
        }}
      />
    );
  if (!service || choosing)
    return <ChoosePage last={asked} busy={choose.isPending || signIn.isPending} error={failed} onChoose={use} />;
  if (service.setup === true) return <FirstAdminPage onAnother={() => setChoosing(true)} />;
  return (
    <WelcomePage
      service={service}
      busy={signIn.isPending}
      error={signIn.error}
      onSignIn={() => signIn.mutate()}
      onAnother={() => setChoosing(true)}
    />
  );
}
