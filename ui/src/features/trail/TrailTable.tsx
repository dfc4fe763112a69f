// The ledger. Only the rows in sight are in the page, between two rows that take the place of the rest.
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, type RefObject, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import type { EventView } from '~/api/types';
import { clockMillis, exact } from '~/ui/time';
import { cx } from '~/ui/text';
import { Customer } from '~/ui/words';
import { ActorOf, Flags, Outcome } from './marks';
import { useRows } from './useRows';
import { placeText, whatOf } from './words';

const ROW = 28;
/** The table's head stands above the first row. */
const HEAD = 29;

export interface TableHandle {
  move: (by: number) => string | undefined;
  at: () => string | undefined;
  focusOn: (id: string) => void;
}

interface TableProps {
  /** Newest first. */
  rows: readonly EventView[];
  fresh: ReadonlySet<number>;
  /** The line in the drawer. */
  open: string | undefined;
  onOpen: (id: string) => void;
  /** The last rows come into sight. */
  onNearEnd: () => void;
  /** What stands after the last row. */
  end: ReactNode;
  closed: boolean;
  handle: RefObject<TableHandle | null>;
}

export function TrailTable({ rows, fresh, open, onOpen, onNearEnd, end, closed, handle }: TableProps) {
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of it is handed on to what is memoised
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
  });
  const seen = virtual.getVirtualItems();
  const ids = rows.map((e) => e.id);
  const { at, setAt, move, focusOn } = useRows(ids, box, (index) => virtual.scrollToIndex(index));
  useImperativeHandle(handle, () => ({ move, at: () => at, focusOn }));
  useStill(box, rows);
  const last = seen.at(-1)?.index ?? 0;
  const nearEnd = rows.length > 0 && last >= rows.length - 20;
  const tell = useRef(onNearEnd);
  useEffect(() => {
    tell.current = onNearEnd;
  });
  useEffect(() => {
    if (nearEnd) tell.current();
  }, [nearEnd, rows.length]);
  const before = (seen[0]?.start ?? HEAD) - HEAD;
  const after = virtual.getTotalSize() - ((seen.at(-1)?.end ?? HEAD) - HEAD);
  // The keyboard comes in at the row that it was on, else at the first in sight.
  const entry = at !== undefined && seen.some((v) => ids[v.index] === at) ? at : ids[seen[0]?.index ?? 0];
  return (
    <div className="trail-t" ref={box}>
      <table
        className={cx('ledger tight trail-g', closed && 'closed')}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- its rows are chosen with the keyboard
        role="grid"
        aria-label="Lines of the trail"
        aria-rowcount={rows.length + 1}
      >
        <Head />
        <tbody>
          <Space height={before} />
          {seen.map(({ index }) => {
            const line = rows[index];
            if (!line) return null;
            return (
              <Row
                key={line.id}
                line={line}
                index={index}
                fresh={fresh.has(line.place)}
                open={line.id === open}
                entry={line.id === entry}
                onOpen={onOpen}
                onAt={setAt}
              />
            );
          })}
          <Space height={after} />
        </tbody>
      </table>
      {end}
    </div>
  );
}

/** The reader's lines stay where they are while new ones come in above. */
function useStill(box: RefObject<HTMLDivElement | null>, rows: readonly EventView[]): void {
  const first = useRef(rows[0]?.id);
  useLayoutEffect(() => {
    const before = first.current;
    first.current = rows[0]?.id;
    const element = box.current;
    if (!element || element.scrollTop <= HEAD || before === undefined) return;
    const added = rows.findIndex((e) => e.id === before);
    if (added > 0) element.scrollTo({ top: element.scrollTop + added * ROW });
  }, [box, rows]);
}

const Head = memo(function Head() {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th className="c-seq">Place</th>
        <th className="c-time">Time</th>
        <th className="c-kind">Event</th>
        <th className="c-actor">Actor</th>
        <th className="c-cus">Customer</th>
        <th className="c-case">Case</th>
        <th className="c-what">What</th>
        <th className="c-out">
          <span className="w">Outcome</span>
        </th>
        <th className="c-flags">
          <span className="sr">Exchanged, impersonated, elevated</span>
        </th>
      </tr>
    </thead>
  );
});

/** So much room, without a style attribute. */
function Space({ height }: { height: number }) {
  const row = useRef<HTMLTableRowElement>(null);
  useLayoutEffect(() => {
    if (row.current) row.current.style.height = `${height}px`;
  }, [height]);
  return <tr className="space" aria-hidden="true" ref={row} hidden={height <= 0} />;
}

interface RowProps {
  line: EventView;
  index: number;
  fresh: boolean;
  open: boolean;
  /** The tab key comes in here. */
  entry: boolean;
  onOpen: (id: string) => void;
  onAt: (id: string) => void;
}

const None = () => <span className="mute">–</span>;

const Row = memo(function Row({ line: e, index, fresh, open, entry, onOpen, onAt }: RowProps) {
  const what = whatOf(e);
  return (
    <tr
      className={cx(fresh && 'fresh')}
      data-row={e.id}
      aria-rowindex={index + 2}
      aria-selected={open}
      tabIndex={entry ? 0 : -1}
      onClick={() => onOpen(e.id)}
      onFocus={() => onAt(e.id)}
    >
      <td className="c-seq seq">{placeText(e.place)}</td>
      <td className="c-time">
        <Time at={e.at} />
      </td>
      <td className="c-kind ev">{e.kind}</td>
      <td className="c-actor" title={e.actor.name}>
        <ActorOf of={e} />
      </td>
      <td className="c-cus">
        {e.subject_name ? <Customer subject={e.subject_name} impersonated={e.impersonated} /> : <None />}
      </td>
      <td className="c-case mono">{e.case_key ?? <None />}</td>
      <td className="c-what mono two" title={what}>
        {what}
      </td>
      <td className="c-out">
        <Outcome of={e} />
      </td>
      <td className="c-flags">
        <Flags of={e} />
      </td>
    </tr>
  );
});

function Time({ at }: { at: string }) {
  const [whole = '', millis] = clockMillis(at).split('.');
  return (
    <time dateTime={at} title={exact(at)}>
      {whole}
      <span className="ms">.{millis}</span>
    </time>
  );
}
