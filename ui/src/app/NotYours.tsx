import { Link } from '@tanstack/react-router';
import type { Role } from '~/api/types';
import { Empty } from '~/ui/parts';
import { series } from '~/ui/text';
import { Page } from './Page';
import { useMe } from './services';

const Home = () => (
  <Link className="btn" to="/">
    To your own places
  </Link>
);

/** Somebody came to a place of other roles. */
export function NotYours({ roles }: { roles: readonly Role[] }) {
  const me = useMe();
  return (
    <Page title="Not your place">
      <Empty title="This place is not yours" acts={<Home />}>
        It is for people who are {series(roles, 'or')}; you are {series(me.roles)}. An admin can change that, never for
        themselves.
      </Empty>
    </Page>
  );
}

export function Nowhere() {
  return (
    <Page title="Nothing here">
      <Empty title="There is nothing at this address" acts={<Home />}>
        It may come from another version of the console. Nothing was done.
      </Empty>
    </Page>
  );
}
