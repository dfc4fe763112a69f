// The trail as it grows: the whole tenant's for those who review it, one's own for agents.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Pause, Play, TriangleAlert } from 'lucide-react';
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { useNow, useReadNow } from '~/app/clock';
import { type Keymap, useKeys } from '~/app/keys';
import { Page } from '~/app/Page';
import { useMe, useOffline } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Icon } from '~/ui/Icon';
import { LinkButton, Loading } from '~/ui/parts';
import { count } from '~/ui/text';
import { duration } from '~/ui/time';
import type { Buffer } from './buffer';
import { type DrawerTab, EventDrawer } from './EventDrawer';
import { LONG_PAGE } from './feed';
import { type Filter, filtering, fits, NO_FILTER, withChip } from './filter';
import { FilterBar } from './FilterBar';
import { NoMatch, NothingYet, TrailEnd } from './TrailEnd';
import { type TableHandle, TrailTable } from './TrailTable';
import { seesAll, useFeed } from './useFeed';
import { outcomeOf } from './words';

export function TrailPage() {
  const me = useMe();
  const { feed, buffer, error, ...rest } = useFeed();
  const [since, setSince] = useState(0);
  const readNow = useReadNow();
  const toggle = () => {
    if (buffer?.paused) feed.resume();
    else {
      setSince(readNow());
      feed.pause();
    }
  };
  const title = seesAll(me.roles) ? 'Live trail' : 'My trail';
  return (
    <Page title={title} acts={buffer && <PauseButton buffer={buffer} onToggle={toggle} />}>
      {buffer ? (
        <Trail feed={feed} buffer={buffer} {...rest} since={since} onToggle={toggle} />
      ) : error ? (
        <Fault error={error} onRetry={() => void feed.begin()} />
      ) : (
        <Loading what="the trail" lines={14} />
      )}
    </Page>
  );
}

function PauseButton({ buffer, onToggle }: { buffer: Buffer; onToggle: () => void }) {
  if (!buffer.paused)
    return (
      <Button icon={Pause} keys="Space" onClick={onToggle}>
        Pause
      </Button>
    );
  return (
    <Button kind="ink" icon={Play} keys="Space" onClick={onToggle}>
      {buffer.held.length > 0 ? `Resume, show ${buffer.held.length.toLocaleString('en')}` : 'Resume'}
    </Button>
  );
}

type TrailProps = Omit<ReturnType<typeof useFeed>, 'buffer' | 'error'> & {
  buffer: Buffer;
  since: number;
  onToggle: () => void;
};

function Trail({ feed, buffer, fresh, fetchingEarlier, earlierError, gapError, since, onToggle }: TrailProps) {
  const { event: open } = useSearch({ from: '/trail' });
  const navigate = useNavigate();
  const [filter, setFilter] = useState(NO_FILTER);
  const [tab, setTab] = useState<DrawerTab>('event');
  const table = useRef<TableHandle>(null);
  const input = useRef<HTMLInputElement>(null);
  const rows = useShown(buffer, filter);
  const show = (id: string | undefined) => void navigate({ to: '/trail', search: { event: id }, replace: true });
  const close = () => {
    show(undefined);
    if (open) table.current?.focusOn(open);
  };
  const move = (by: number) => {
    // The drawer may show a line that the keyboard was never on.
    if (open && table.current?.at() === undefined) table.current?.focusOn(open);
    const id = table.current?.move(by);
    if (open && id) show(id);
  };
  useTrailKeys({ open, filter, setFilter, setTab, show, close, move, onToggle, table, input });
  const filtered = filtering(filter);
  const more = (limit?: number) => void feed.loadEarlier(limit);
  return (
    <div className="trail">
      <div className="trail-l">
        <FilterBar
          filter={filter}
          onChange={setFilter}
          lines={buffer.shown}
          input={input}
          onDown={() => table.current?.move(0) ?? table.current?.move(1)}
        >
          <Rate buffer={buffer} since={since} shown={filtered ? rows.length : undefined} />
        </FilterBar>
        <div>
          {buffer.paused && <Held buffer={buffer} />}
          {gapError !== undefined && <Gap onRetry={() => void feed.catchUp()} />}
        </div>
        {rows.length > 0 ? (
          <TrailTable
            rows={rows}
            fresh={fresh}
            open={open}
            onOpen={show}
            onNearEnd={() => !filtered && earlierError === undefined && more()}
            closed={!buffer.earlier}
            handle={table}
            end={
              <TrailEnd
                buffer={buffer}
                filtered={filtered}
                fetching={fetchingEarlier}
                error={earlierError}
                onMore={() => more(filtered ? LONG_PAGE : undefined)}
              />
            }
          />
        ) : filtered ? (
          <NoMatch
            buffer={buffer}
            fetching={fetchingEarlier}
            error={earlierError}
            onClear={() => setFilter(NO_FILTER)}
            onMore={() => more(LONG_PAGE)}
          />
        ) : (
          <NothingYet />
        )}
      </div>
      {open && (
        <EventDrawer
          key={open}
          id={open}
          line={rows.find((e) => e.id === open) ?? buffer.shown.find((e) => e.id === open)}
          tab={tab}
          onTab={setTab}
          onMove={move}
          onClose={close}
          onOnly={(field, value) => setFilter(withChip(filter, field, value))}
        />
      )}
    </div>
  );
}

/** Newest first, and only what fits. */
function useShown(buffer: Buffer, filter: Filter) {
  const asked = useDeferredValue(filter);
  return useMemo(() => {
    const all = filtering(asked) ? buffer.shown.filter(fits(asked)) : buffer.shown;
    return [...all].reverse();
  }, [buffer.shown, asked]);
}

interface KeyProps {
  open: string | undefined;
  filter: Filter;
  setFilter: (filter: Filter) => void;
  setTab: (how: (tab: DrawerTab) => DrawerTab) => void;
  show: (id: string) => void;
  close: () => void;
  move: (by: number) => void;
  onToggle: () => void;
  table: React.RefObject<TableHandle | null>;
  input: React.RefObject<HTMLInputElement | null>;
}

function useTrailKeys({ open, filter, setFilter, setTab, show, close, move, onToggle, table, input }: KeyProps): void {
  const at = () => table.current?.at();
  const canonical = () => {
    if (open) setTab((tab) => (tab === 'canonical' ? 'event' : 'canonical'));
    else {
      const id = at();
      if (!id) return;
      setTab(() => 'canonical');
      show(id);
    }
  };
  const keymap: Keymap = {
    ' ': onToggle,
    '/': () => input.current?.focus(),
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => {
      const id = at();
      if (id) show(id);
    },
    y: canonical,
    Escape: () => (open ? close() : filtering(filter) && setFilter(NO_FILTER)),
  };
  useKeys(keymap);
}

/** How fast it grows, or since when it stands. */
function Rate({ buffer, since, shown }: { buffer: Buffer; since: number; shown: number | undefined }) {
  const now = useNow(1000);
  const offline = useOffline();
  const searched = buffer.shown.length;
  const recent = buffer.shown.filter((e) => now - new Date(e.at).getTime() < 60_000).length;
  return (
    <>
      {shown !== undefined && (
        <span role="status">
          {shown.toLocaleString('en')} of {count(searched, 'line')} searched
        </span>
      )}
      {buffer.paused ? (
        <span className="t-ochre nowrap">
          <Icon of={Pause} size={14} /> paused {duration(now - since)}
        </span>
      ) : offline ? (
        <span className="t-ochre nowrap">not live</span>
      ) : (
        shown === undefined && (
          <span className="nowrap">
            <span className="live-dot" /> {recent.toLocaleString('en')} in the last minute
          </span>
        )
      )}
    </>
  );
}

function Held({ buffer }: { buffer: Buffer }) {
  const n = buffer.held.length;
  const refused = buffer.held.filter((e) => ['refused', 'declined', 'failed'].includes(outcomeOf(e).name)).length;
  return (
    <div className="held" role="status">
      <Icon of={Pause} />
      <span>
        <b>{n === 0 ? 'Nothing is held back yet' : `${count(n, 'line')} held back`}</b>
        {refused > 0 && `, ${refused.toLocaleString('en')} of them refused or failed`}. None is lost; they come in order
        when you resume.
      </span>
    </div>
  );
}

function Gap({ onRetry }: { onRetry: () => void }) {
  return (
    <div className="held" role="alert">
      <Icon of={TriangleAlert} />
      <span>
        <b>Some lines are not here yet.</b> The service did not give them just now; they are in the trail.{' '}
        <LinkButton onClick={onRetry}>Ask again</LinkButton>
      </span>
    </div>
  );
}
