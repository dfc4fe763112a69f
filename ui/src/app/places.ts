// The places of the console, and who comes to which. Only what is built is among them.
import {
  Activity,
  Braces,
  Clock,
  FolderOpen,
  KeyRound,
  type LucideIcon,
  PenLine,
  Server,
  SquareTerminal,
  Ticket,
  Users,
} from 'lucide-react';
import type { Role } from '~/api/types';

export type PlaceId =
  'sign' | 'work' | 'explorer' | 'trail' | 'apis' | 'clients' | 'keys' | 'clock' | 'cases' | 'people';

export interface Place {
  id: PlaceId;
  to: `/${PlaceId}`;
  name: string;
  icon: LucideIcon;
  /** After G. */
  key: string;
}

export interface PlaceGroup {
  name: string;
  places: Place[];
}

const has = (roles: readonly Role[], ...wanted: Role[]) => wanted.some((r) => roles.includes(r));

/** The union of what each role comes to. */
export function placesOf(roles: readonly Role[]): PlaceGroup[] {
  const agentOnly = has(roles, 'agent') && !has(roles, 'approver', 'admin', 'auditor');
  const groups: [string, [boolean, Place][]][] = [
    ['Sign', [[has(roles, 'approver'), { id: 'sign', to: '/sign', name: 'To sign', icon: PenLine, key: 's' }]]],
    [
      'Work',
      [
        [has(roles, 'agent'), { id: 'work', to: '/work', name: 'My work', icon: FolderOpen, key: 'm' }],
        [
          has(roles, 'agent'),
          { id: 'explorer', to: '/explorer', name: 'API explorer', icon: SquareTerminal, key: 'e' },
        ],
      ],
    ],
    [
      'Record',
      [
        [
          roles.length > 0,
          { id: 'trail', to: '/trail', name: agentOnly ? 'My trail' : 'Live trail', icon: Activity, key: 't' },
        ],
      ],
    ],
    [
      'Control',
      [
        [has(roles, 'admin', 'auditor', 'approver'), { id: 'apis', to: '/apis', name: 'APIs', icon: Braces, key: 'a' }],
        [has(roles, 'admin', 'auditor'), { id: 'clients', to: '/clients', name: 'Clients', icon: Server, key: 'n' }],
        [has(roles, 'admin', 'auditor'), { id: 'keys', to: '/keys', name: 'Keys', icon: KeyRound, key: 'i' }],
        [has(roles, 'admin'), { id: 'clock', to: '/clock', name: 'Clock', icon: Clock, key: 'k' }],
        [has(roles, 'admin', 'approver'), { id: 'cases', to: '/cases', name: 'Cases', icon: Ticket, key: 'c' }],
        [has(roles, 'admin'), { id: 'people', to: '/people', name: 'People and roles', icon: Users, key: 'u' }],
      ],
    ],
  ];
  return groups
    .map(([name, places]) => ({ name, places: places.filter(([mine]) => mine).map(([, place]) => place) }))
    .filter((group) => group.places.length > 0);
}

export const flat = (roles: readonly Role[]): Place[] => placesOf(roles).flatMap((g) => g.places);

/** Where a person starts: what waits for them comes first. */
export const homeOf = (roles: readonly Role[]): Place['to'] => flat(roles)[0]?.to ?? '/trail';
