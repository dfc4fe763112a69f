import {
  Check,
  CircleDashed,
  CircleSlash,
  type LucideIcon,
  PenLine,
  TriangleAlert,
  VenetianMask,
  X,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { Claim, Mode, Reason, Verdict as VerdictView } from '~/api/types';
import { sentence } from '~/api/errors';
import { Icon } from './Icon';
import { word } from './text';

export interface Way {
  label: string;
  act: () => void;
}

/** What policy says before anything is asked: the outcome, each rule, and the way out where there is one. */
export function Verdict({
  verdict,
  mode,
  wayOut,
}: {
  verdict: VerdictView;
  mode: Mode;
  wayOut?: (reason: Reason) => Way | undefined;
}) {
  const refused = verdict.outcome === 'refused';
  const many = verdict.reasons.length;
  const signatures = `${word(verdict.signatures)} ${verdict.signatures === 1 ? 'signature' : 'signatures'}`;
  return (
    <Frame
      v={refused ? 'refused' : 'signs'}
      mode={mode}
      icon={refused ? CircleSlash : PenLine}
      heading={refused ? 'This cannot be asked' : `Needs ${signatures}`}
      text={
        refused
          ? many > 1
            ? `Policy refuses it for ${word(many)} reasons.`
            : 'Policy refuses it before anybody is troubled.'
          : `Of people in ${verdict.group}, each with a proof at most ${Math.round(verdict.proof_max_age_s / 60)} min old.`
      }
    >
      <ul className="why">
        {!refused && mode === 'impersonation' && (
          <Line icon={VenetianMask} tone="t-seal">
            The API will not see you, only the customer. The trail names you on every line, and an alert is raised.
          </Line>
        )}
        {verdict.reasons.map((reason) => (
          <Line
            key={reason.rule + reason.text}
            icon={refused ? X : Check}
            rule={reason.rule.startsWith('rail:') ? reason.rule : `${verdict.policy}, ${reason.rule}`}
            way={wayOut?.(reason)}
          >
            {sentence(reason.text)}
          </Line>
        ))}
        {!refused && <Signers verdict={verdict} />}
      </ul>
    </Frame>
  );
}

function Signers({ verdict }: { verdict: VerdictView }) {
  const names = verdict.signers.map((p) => p.name);
  if (names.length < verdict.signatures)
    return (
      <Line icon={TriangleAlert} tone="t-ochre">
        <b>It would wait in vain.</b>{' '}
        {names.length === 0 ? 'Nobody here could sign it' : `Only ${names.join(' and ')} could sign it`}: it needs{' '}
        {word(verdict.signatures)} people in {verdict.group}. Ask an admin to add somebody.
      </Line>
    );
  return <Line icon={PenLine}>Could sign it now: {names.join(', ')}.</Line>;
}

function Line({
  icon,
  tone,
  rule,
  way,
  children,
}: {
  icon: LucideIcon;
  tone?: string;
  rule?: string;
  way?: Way | undefined;
  children: ReactNode;
}) {
  return (
    <li>
      <Icon of={icon} size={14} tone={tone} />
      <div>
        {children}
        {rule && <span className="rule-id">{rule}</span>}
        {way && (
          <button type="button" className="btn sm" onClick={way.act}>
            {way.label}
          </button>
        )}
      </div>
    </li>
  );
}

/** Before there is a verdict: what is missing. */
export function NoVerdict({ heading, text }: { heading: string; text: string }) {
  return <Frame v="idle" mode="delegated" icon={CircleDashed} heading={heading} text={text} />;
}

function Frame(props: {
  v: string;
  mode: Mode;
  icon: LucideIcon;
  heading: string;
  text: string;
  children?: ReactNode;
}) {
  return (
    <section
      className="verdict"
      data-v={props.v}
      data-imp={props.mode === 'impersonation' ? '' : undefined}
      aria-live="polite"
      aria-label="What policy says"
    >
      <header>
        <Icon of={props.icon} />
        <div>
          <h2>{props.heading}</h2>
          <p className="two small">{props.text}</p>
        </div>
      </header>
      {props.children}
    </section>
  );
}

/** The very claims that the token would carry, and where each comes from. */
export function Claims({
  claims,
  form,
  none,
}: {
  claims: readonly Claim[];
  /** What the API's tokens look like. */
  form: string;
  none?: 'refused' | 'not yet' | undefined;
}) {
  return (
    <section className="claims" aria-label="Token that this would make">
      <header>
        Token that this would make<span className="push">{none ? 'none' : form}</span>
      </header>
      <ol>
        {none ? (
          <ClaimLine>
            <span className="mute">
              {none === 'refused' ? '// refused: nothing would be minted' : '// shown when policy has answered'}
            </span>
          </ClaimLine>
        ) : (
          <>
            <ClaimLine>{'{'}</ClaimLine>
            {claims.map((claim, i) => (
              <ClaimLine key={claim.name} origin={claim.origin}>
                {'  '}
                {claim.name.includes(', ') ? (
                  <span className="mute">{`// ${claim.name}`}</span>
                ) : (
                  <>
                    <span className="k">"{claim.name}"</span>: <span className="v">{claim.value}</span>
                    {i < claims.length - 1 && ','}
                  </>
                )}
              </ClaimLine>
            ))}
            <ClaimLine>{'}'}</ClaimLine>
          </>
        )}
      </ol>
    </section>
  );
}

const ClaimLine = ({ children, origin }: { children: ReactNode; origin?: string }) => (
  <li>
    <span>{children}</span>
    <span className="c" title={origin}>
      {origin}
    </span>
  </li>
);
