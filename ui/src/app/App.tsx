// The whole UI, given its shell, its clock and its history.
import type { QueryClient } from '@tanstack/react-query';
import { RouterProvider, type RouterHistory } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Door } from '~/features/door/Door';
import type { Platform } from '~/platform';
import { Fault } from '~/ui/Fault';
import { ToastProvider } from '~/ui/Toast';
import type { Clock } from './clock';
import { buildRouter } from './router';
import { ServicesProvider, useConsole } from './services';

export interface AppProps {
  platform: Platform;
  history: RouterHistory;
  queries: QueryClient;
  clock: Clock;
}

export function App({ platform, history, queries, clock }: AppProps) {
  return (
    <ServicesProvider
      platform={platform}
      queries={queries}
      clock={clock}
      starting={
        <p className="sr" role="status">
          Starting
        </p>
      }
      broken={(error) => <Fault error={error} onRetry={() => location.reload()} />}
    >
      <ToastProvider>
        <Window history={history} queries={queries} />
      </ToastProvider>
    </ServicesProvider>
  );
}

/** The door, or the house. A keychain fault is settled at the door. */
function Window({ history, queries }: { history: RouterHistory; queries: QueryClient }) {
  const { me, keychain } = useConsole();
  const inside = me !== undefined && keychain.state !== 'fault';
  return inside ? <House key={me.session} history={history} queries={queries} /> : <Door />;
}

/** One session's. What it has fetched, and where it stood, are not the next one's to see. */
function House({ history, queries }: { history: RouterHistory; queries: QueryClient }) {
  const [router] = useState(() => buildRouter(history));
  useEffect(
    () => () => {
      queries.clear();
      history.replace('/');
    },
    [history, queries],
  );
  return <RouterProvider router={router} />;
}
