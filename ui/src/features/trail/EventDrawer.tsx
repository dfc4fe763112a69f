// One line, in full: as a sentence with its facts, and as the bytes that are kept.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronDown, ChevronUp, Filter as FilterIcon, Route, X } from 'lucide-react';
import { Tabs } from 'radix-ui';
import type { EventView } from '~/api/types';
import { eventQuery } from '~/app/queries';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Icon } from '~/ui/Icon';
import { Json, pretty } from '~/ui/Json';
import { CopyButton, type FactRow, Facts, Loading } from '~/ui/parts';
import { count } from '~/ui/text';
import { exact } from '~/ui/time';
import { Customer, Id } from '~/ui/words';
import type { Field } from './filter';
import { ActorOf, Flags, Outcome } from './marks';
import { figuresOf, timesOf } from './many';
import { Sentence } from './Sentence';
import { exactMicros, placeText } from './words';

export type DrawerTab = 'event' | 'canonical';

interface DrawerProps {
  id: string;
  /** The line, if it is among those that are shown. */
  line: EventView | undefined;
  tab: DrawerTab;
  onTab: (tab: DrawerTab) => void;
  onMove: (by: number) => void;
  onClose: () => void;
  onOnly: (field: Field, value: string) => void;
}

export function EventDrawer({ id, line, tab, onTab, onMove, onClose, onOnly }: DrawerProps) {
  const client = useClient();
  const detail = useQuery(eventQuery(client, id));
  const e = line ?? detail.data?.event;
  return (
    <Tabs.Root asChild value={tab} onValueChange={(v) => onTab(v as DrawerTab)}>
      <aside className="drawer" aria-label={e ? `Line ${placeText(e.place)}` : 'Line'}>
        <header>
          <div className="row">
            {e && (
              <>
                <b className="mono">{e.kind}</b>
                <Outcome of={e} />
              </>
            )}
            <span className="push" />
            <Button
              kind="ghost"
              size="sm"
              icon={ChevronUp}
              aria-label="Newer line (K)"
              title="Newer line  K"
              onClick={() => onMove(-1)}
            />
            <Button
              kind="ghost"
              size="sm"
              icon={ChevronDown}
              aria-label="Older line (J)"
              title="Older line  J"
              onClick={() => onMove(1)}
            />
            <Button kind="ghost" size="sm" icon={X} aria-label="Close (Esc)" title="Close  Esc" onClick={onClose} />
          </div>
          {e && (
            <p className="small mute">
              place {placeText(e.place)}, {exactMicros(e.at)}
            </p>
          )}
          <Tabs.List className="tabs" aria-label="The line as">
            <Tabs.Trigger value="event">Event</Tabs.Trigger>
            <Tabs.Trigger value="canonical">
              Canonical JSON <kbd className="kbd">Y</kbd>
            </Tabs.Trigger>
          </Tabs.List>
        </header>
        <Tabs.Content value="event" tabIndex={-1}>
          {e ? <EventFacts e={e} onOnly={onOnly} /> : <Pending of={detail} />}
        </Tabs.Content>
        <Tabs.Content value="canonical" tabIndex={-1}>
          {detail.data ? <Canonical text={detail.data.canonical} /> : <Pending of={detail} />}
        </Tabs.Content>
      </aside>
    </Tabs.Root>
  );
}

function Pending({ of }: { of: { error: unknown; refetch: () => unknown } }) {
  if (of.error) return <Fault error={of.error} onRetry={() => void of.refetch()} />;
  return <Loading what="the line" lines={5} />;
}

const mono = (text: string) => <span className="mono">{text}</span>;

function rowsOf(e: EventView): FactRow[] {
  const figures = figuresOf(e, exact);
  const times = timesOf(e);
  const rows: (FactRow | false | undefined | '')[] = [
    ['Actor', <ActorOf of={e} />],
    e.subject_name && ['Customer', <Customer subject={e.subject_name} impersonated={e.impersonated} />],
    ['Tenant', mono(e.tenant)],
    e.case_key && ['Case', mono(e.case_key)],
    e.person_name && ['Person', mono(e.person_name)],
    e.action && ['Action', mono(e.action)],
    e.resource && ['Resource', mono(e.resource)],
    ['Decision', <Outcome of={e} />],
    e.code && ['Code', mono(e.code)],
    e.rules.length > 0 && [
      'Rules',
      <ul className="stack stack-4 mono">
        {e.rules.map((r) => (
          <li key={r}>{r}</li>
        ))}
      </ul>,
    ],
    times !== undefined && [
      'Stands for',
      <>
        {count(times, 'refusal')}{' '}
        <span className="mute">
          of one kind in one minute, counted together. Those before them in that minute have a line each; here stands
          what all of these have in common.
        </span>
      </>,
    ],
    figures.length > 0 && [
      'Figures',
      <ul className="stack stack-4 mono">
        {figures.map(([name, text]) => (
          <li key={name}>
            {name} {text}
          </li>
        ))}
      </ul>,
    ],
    e.text && [
      'Text',
      <>
        “{e.text}” <span className="mute">Erasable; the line keeps only a commitment to it.</span>
      </>,
    ],
    ['Flags', <Flags of={e} long />],
    e.request && [
      'Request',
      <Link to="/requests/$id" params={{ id: e.request }}>
        <Id of={e.request} />
      </Link>,
    ],
    e.delegation && [
      'Delegation',
      <Link to="/delegations/$id" params={{ id: e.delegation }}>
        <Id of={e.delegation} />
      </Link>,
    ],
    e.issuer && ['Issuer of the customer’s token', mono(e.issuer)],
    e.token && ['Token', <Id of={e.token} />],
    e.transaction && ['Transaction', <Id of={e.transaction} />],
    [
      'Correlation',
      <span className="row">
        <Id of={e.correlation} />
        <CopyButton text={e.correlation} small>
          Copy
        </CopyButton>
      </span>,
    ],
    ['Line', <Id of={e.id} />],
  ];
  return rows.filter((row): row is FactRow => Boolean(row));
}

function EventFacts({ e, onOnly }: { e: EventView; onOnly: DrawerProps['onOnly'] }) {
  const { subject_name: customer, case_key: key } = e;
  return (
    <div className="in">
      <p className="prose sm">
        <Sentence e={e} />
      </p>
      <Facts rows={rowsOf(e)} />
      <div className="row wrap">
        {e.delegation && (
          <Link className="btn sm" to="/delegations/$id" params={{ id: e.delegation }}>
            <Icon of={Route} size={14} />
            Read it as one story
          </Link>
        )}
        {customer && (
          <Button size="sm" icon={FilterIcon} onClick={() => onOnly('customer', customer)}>
            Only {customer}
          </Button>
        )}
        {key && (
          <Button size="sm" icon={FilterIcon} onClick={() => onOnly('case', key)}>
            Only {key}
          </Button>
        )}
      </div>
    </div>
  );
}

function Canonical({ text }: { text: string }) {
  const bytes = new TextEncoder().encode(text).length;
  return (
    <div className="in">
      <div className="row small mute">
        <span>RFC 8785, {bytes.toLocaleString('en')} bytes; line breaks added. No place: that comes later</span>
        <span className="push" />
        <CopyButton text={text} small>
          Copy
        </CopyButton>
      </div>
      <Json text={pretty(text)} label="The line as it is kept" />
      <p className="small mute">
        <span className="mono">commitments</span> stand for what people wrote, salted. The text lies beside the trail
        and can be erased; the line stays as it is.
      </p>
    </div>
  );
}
