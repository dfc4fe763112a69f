import { createRootRoute, createRoute, createRouter, Navigate, type RouterHistory } from '@tanstack/react-router';
import { ApisPage } from '~/features/apis/ApisPage';
import { ProposePage } from '~/features/apis/ProposePage';
import { CasesPage } from '~/features/cases/CasesPage';
import { ClientsPage } from '~/features/clients/ClientsPage';
import { ClockPage } from '~/features/clock/ClockPage';
import { ExplorerPage } from '~/features/explorer/ExplorerPage';
import { KeysPage } from '~/features/keys/KeysPage';
import { PeoplePage } from '~/features/people/PeoplePage';
import { NewRequestPage } from '~/features/requests/NewRequestPage';
import { RequestPage } from '~/features/requests/RequestPage';
import { SignPage } from '~/features/sign/SignPage';
import { StoryPage } from '~/features/story/StoryPage';
import { TrailPage } from '~/features/trail/TrailPage';
import { WorkPage } from '~/features/work/WorkPage';
import type { Role } from '~/api/types';
import { Fault } from '~/ui/Fault';
import { NotYours, Nowhere } from './NotYours';
import { homeOf } from './places';
import { useMe } from './services';
import { Shell } from './Shell';

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const root = createRootRoute({
  component: Shell,
  notFoundComponent: Nowhere,
  errorComponent: ({ error, reset }) => <Fault error={error} onRetry={reset} />,
});

/** A page for those who hold one of `roles`. */
function only(roles: readonly Role[], Page: () => React.ReactNode) {
  return function Guarded() {
    const me = useMe();
    return roles.some((r) => me.roles.includes(r)) ? <Page /> : <NotYours roles={roles} />;
  };
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: function Home() {
    return <Navigate to={homeOf(useMe().roles)} replace />;
  },
});
const work = createRoute({ getParentRoute: () => root, path: '/work', component: only(['agent'], WorkPage) });
const newRequest = createRoute({
  getParentRoute: () => root,
  path: '/work/new',
  component: only(['agent'], NewRequestPage),
  /** `case`: which it is for. `from`: an earlier request to start from. */
  validateSearch: (s: Record<string, unknown>): { case?: string; from?: string } => ({
    case: text(s.case),
    from: text(s.from),
  }),
});
const request = createRoute({ getParentRoute: () => root, path: '/requests/$id', component: RequestPage });
const sign = createRoute({
  getParentRoute: () => root,
  path: '/sign',
  component: only(['approver'], SignPage),
  validateSearch: (s: Record<string, unknown>): { id?: string } => ({ id: text(s.id) }),
});
const explorer = createRoute({
  getParentRoute: () => root,
  path: '/explorer',
  component: only(['agent'], ExplorerPage),
});
const trail = createRoute({
  getParentRoute: () => root,
  path: '/trail',
  component: TrailPage,
  /** `event`: the line that is open. */
  validateSearch: (s: Record<string, unknown>): { event?: string } => ({ event: text(s.event) }),
});
const story = createRoute({ getParentRoute: () => root, path: '/delegations/$id', component: StoryPage });
const apis = createRoute({
  getParentRoute: () => root,
  path: '/apis',
  component: only(['admin', 'auditor', 'approver'], ApisPage),
  /** `id`: the API that is shown. `change`: the proposal that is. */
  validateSearch: (s: Record<string, unknown>): { id?: string; change?: string } => ({
    id: text(s.id),
    change: text(s.change),
  }),
});
const propose = createRoute({
  getParentRoute: () => root,
  path: '/apis/propose',
  component: only(['admin'], ProposePage),
  /** `id`: whose contract is to change; none for a new API. */
  validateSearch: (s: Record<string, unknown>): { id?: string } => ({ id: text(s.id) }),
});
const clients = createRoute({
  getParentRoute: () => root,
  path: '/clients',
  component: only(['admin', 'auditor'], ClientsPage),
  validateSearch: (s: Record<string, unknown>): { id?: string } => ({ id: text(s.id) }),
});
const signingKeys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: only(['admin', 'auditor'], KeysPage),
});
const clock = createRoute({ getParentRoute: () => root, path: '/clock', component: only(['admin'], ClockPage) });
const cases = createRoute({
  getParentRoute: () => root,
  path: '/cases',
  component: only(['admin', 'approver'], CasesPage),
});
const people = createRoute({ getParentRoute: () => root, path: '/people', component: only(['admin'], PeoplePage) });

const routeTree = root.addChildren([
  home,
  work,
  newRequest,
  request,
  sign,
  explorer,
  trail,
  story,
  apis,
  propose,
  clients,
  signingKeys,
  clock,
  cases,
  people,
]);

export const buildRouter = (history: RouterHistory) => createRouter({ routeTree, history });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof buildRouter>;
  }
}
