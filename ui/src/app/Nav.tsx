import { Link, useRouterState } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import type { Me } from '~/api/types';
import { Icon } from '~/ui/Icon';
import { Kbd, keyNames } from '~/ui/Kbd';
import { Mark } from '~/ui/Rosette';
import { useOverlay } from './overlay';
import { PersonMenu } from './PersonMenu';
import { type Place, type PlaceId, placesOf } from './places';

export function Nav({ me, counts }: { me: Me; counts: Partial<Record<PlaceId, number>> }) {
  const open = useOverlay();
  return (
    <nav className="nav" aria-label="Main">
      <div className="nav-top">
        <Mark />
        <span className="mark-word">Countersign</span>
      </div>
      <button
        type="button"
        className="find"
        aria-label={`Search or go to ${keyNames('mod+k')}`}
        title="Search or go to"
        onClick={() => open('palette')}
      >
        <Icon of={Search} size={14} />
        <span>Search or go to</span>{' '}
        <span className="push">
          <Kbd keys="mod+K" />
        </span>
      </button>
      {placesOf(me.roles).map((group) => (
        <div className="nav-g" key={group.name}>
          <div className="nav-h">{group.name}</div>
          {group.places.map((place) => (
            <NavItem key={place.id} place={place} count={counts[place.id] ?? 0} />
          ))}
        </div>
      ))}
      <PersonMenu me={me} />
    </nav>
  );
}

/** A request of one's own belongs to My work. */
const belongs = (path: string, place: Place) =>
  path.startsWith(place.to) || (place.id === 'work' && path.startsWith('/requests'));

function NavItem({ place, count }: { place: Place; count: number }) {
  const on = useRouterState({ select: (s) => belongs(s.location.pathname, place) });
  return (
    <Link
      className="nav-i"
      to={place.to}
      title={`${place.name}  G ${keyNames(place.key)}`}
      aria-current={on ? 'page' : undefined}
    >
      <Icon of={place.icon} />
      <span>{place.name}</span>
      {count > 0 && (
        <b className="n hot" aria-label={`${count} wait for you`}>
          {count}
        </b>
      )}
    </Link>
  );
}
