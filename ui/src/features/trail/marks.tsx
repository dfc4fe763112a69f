// What came of a line, and what was special about it: glyph and word, colour third.
import {
  ArrowLeftRight,
  BellRing,
  Check,
  CircleDashed,
  CircleStop,
  CircleX,
  Fingerprint,
  type LucideIcon,
  PenLine,
  VenetianMask,
} from 'lucide-react';
import type { EventView } from '~/api/types';
import { Icon } from '~/ui/Icon';
import { cx } from '~/ui/text';
import { Id, Who } from '~/ui/words';
import { timesOf, timesText } from './many';
import { codeWords, flagsOf, isId, outcomeOf, type OutcomeName } from './words';

const OUTCOMES: Record<OutcomeName, [LucideIcon, string]> = {
  allowed: [Check, 'two'],
  signed: [PenLine, 't-pen'],
  declined: [CircleX, 't-seal'],
  refused: [CircleX, 't-seal'],
  intended: [CircleDashed, 'mute'],
  reported: [Check, 'two'],
  failed: [CircleX, 't-seal'],
  ended: [CircleStop, 'mute'],
  alert: [BellRing, 't-ochre'],
};

/** Glyph, word and code. */
export function Outcome({ of }: { of: EventView }) {
  const { name, word, code } = outcomeOf(of);
  const [glyph, tone] = OUTCOMES[name];
  const times = timesOf(of);
  const said = code ? `${word}: ${codeWords(code)}` : word;
  return (
    <span className={cx('st small', tone)} title={times === undefined ? said : `${said}, ${timesText(times)}`}>
      <Icon of={glyph} />
      <span className="w">
        {times !== undefined && (
          <>
            <b className="times">{times.toLocaleString('en')}×</b>{' '}
          </>
        )}
        <span className="word-w">{word}</span>
        {code && code !== word && <span className="code-w"> {code}</span>}
      </span>
    </span>
  );
}

const FLAGS = {
  exchanged: [ArrowLeftRight, 'two', 'a token was exchanged'],
  impersonated: [VenetianMask, 't-seal', 'the API does not see who acts'],
  elevated: [Fingerprint, 't-pen', 'a fresh proof of who somebody is went with it'],
} as const satisfies Record<string, readonly [LucideIcon, string, string]>;

/** Exchanged, impersonated, elevated. */
export function Flags({ of, long }: { of: EventView; long?: boolean }) {
  const flags = flagsOf(of);
  if (flags.length === 0) return long ? <span className="mute">none of the three</span> : null;
  return (
    <span className={long ? 'stack stack-4' : 'flags'}>
      {flags.map((flag) => {
        const [glyph, tone, text] = FLAGS[flag];
        return (
          <span key={flag} className={cx('st', tone)} title={`${flag}: ${text}`}>
            <Icon of={glyph} size={14} />
            {long ? (
              <span>
                {flag} <span className="mute small">{text}</span>
              </span>
            ) : (
              <span className="flag-w">{flag}</span>
            )}
          </span>
        );
      })}
    </span>
  );
}

/** Who did it: their name, or their id where they may not be named. */
export function ActorOf({ of }: { of: EventView }) {
  const { kind, name } = of.actor;
  return isId(name) ? <Id of={name} label={kind} /> : <Who name={name} kind={kind} />;
}
