// Words that carry a meaning: glyph and word first, colour third.
import {
  BadgeCheck,
  Check,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleStop,
  CircleX,
  Hourglass,
  type LucideIcon,
  PenLine,
  Server,
  Undo2,
  UsersRound,
  VenetianMask,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { ActorKind, Mode as ModeValue, Risk as RiskValue } from '~/api/types';
import { Icon } from './Icon';
import { idParts, cx } from './text';
import { exact, relative } from './time';

/** An id: prefix and last six letters; the whole one on hover, and when copied. */
export function Id({ of, label }: { of: string; label?: string }) {
  const { prefix, tail } = idParts(of);
  return (
    <span
      className="id"
      title={of}
      onCopy={(e) => {
        e.clipboardData.setData('text/plain', of);
        e.preventDefault();
      }}
    >
      {label && <span className="sr">{label} </span>}
      <span className="p">{prefix}…</span>
      {tail}
    </span>
  );
}

/** A time, relative to `now`; the exact one on hover. */
export function When({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={exact(at)}>
      {relative(at, now)}
    </time>
  );
}

/** A person is round, a machine is square. */
export function Who({
  name,
  kind = 'person',
  of,
  you,
}: {
  name: string;
  kind?: ActorKind;
  of?: string;
  you?: boolean;
}) {
  const machine = kind !== 'person';
  return (
    <span className="who" data-k={machine ? 'svc' : 'person'}>
      <i aria-hidden="true">{machine ? <Icon of={Server} /> : name.charAt(0)}</i>
      {machine && <span className="sr">machine </span>}
      <span>
        {name}
        {of && <span className="mute"> of {of}</span>}
        {you && <span className="mute small"> you</span>}
      </span>
    </span>
  );
}

/** A customer. Where somebody acts as them, the mark goes where the name stands. */
export function Customer({ subject, impersonated }: { subject: string; impersonated?: boolean }) {
  if (!impersonated) return <span className="cus">{subject}</span>;
  return (
    <span className="cus imp" title="impersonated">
      <Icon of={VenetianMask} size={14} />
      {subject}
      <span className="sr"> impersonated</span>
    </span>
  );
}

const RISKS: Record<RiskValue, [number, string]> = {
  low: [1, 'Low'],
  medium: [2, 'Medium'],
  high: [3, 'High'],
  critical: [4, 'Critical'],
};

export const riskLevel = (risk: RiskValue) => RISKS[risk][0];
export const highest = (risks: readonly RiskValue[]): RiskValue =>
  risks.reduce((a, b) => (riskLevel(b) > riskLevel(a) ? b : a), 'low' as RiskValue);

/** Four rising bars and the word. */
export function Risk({ of }: { of: RiskValue }) {
  const [level, name] = RISKS[of];
  return (
    <span className="risk" data-l={level}>
      <svg viewBox="0 0 15 12" aria-hidden="true">
        {[0, 1, 2, 3].map((i) => (
          <rect key={i} x={i * 4} y={9 - i * 3} width="3" height={3 + i * 3} className={i < level ? 'on' : ''} />
        ))}
      </svg>
      {name}
      <span className="sr"> risk</span>
    </span>
  );
}

/** Whether the API sees who acts. */
export function Mode({ of }: { of: ModeValue }) {
  if (of === 'impersonation')
    return (
      <span className="mode-imp">
        <Icon of={VenetianMask} size={14} />
        Impersonation
      </span>
    );
  return (
    <span className="tag pen">
      <Icon of={UsersRound} size={14} />
      Delegated
    </span>
  );
}

export type StateName =
  | 'waiting'
  | 'signed'
  | 'live'
  | 'ended'
  | 'refused'
  | 'lapsed'
  | 'withdrawn'
  | 'allowed'
  | 'recorded'
  | 'open'
  | 'closed';

const STATES: Record<StateName, [LucideIcon, string, string]> = {
  waiting: [CircleDashed, 't-ochre', 'Waiting'],
  signed: [PenLine, 't-pen', 'Signed'],
  live: [CircleDot, 't-pen', 'Live'],
  ended: [CircleStop, 'mute', 'Ended'],
  refused: [CircleX, 't-seal', 'Refused'],
  lapsed: [Hourglass, 'mute', 'Lapsed'],
  withdrawn: [Undo2, 'mute', 'Withdrawn'],
  allowed: [Check, 'two', 'Allowed'],
  recorded: [BadgeCheck, 't-ledger', 'Recorded'],
  open: [CircleCheck, 't-ledger', 'Open'],
  closed: [CircleStop, 'mute', 'Closed'],
};

/** Where something stands: glyph, word, ink. */
export function State({ of, children, small }: { of: StateName; children?: ReactNode; small?: boolean }) {
  const [glyph, tone, name] = STATES[of];
  return (
    <span className={cx('st', tone, small && 'small')}>
      <Icon of={glyph} />
      {children ?? name}
    </span>
  );
}

/** Signatures given and still owed: filled and hollow boxes. */
export function Pips({ given, needed }: { given: number; needed: number }) {
  return (
    <span className="pips" role="img" aria-label={`${given} of ${needed} signatures`}>
      {Array.from({ length: needed }, (_, i) => (
        <i key={i} className={i < given ? 'on' : ''} />
      ))}
    </span>
  );
}
