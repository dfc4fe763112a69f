// What stands after the last line, and where there is none.
import { useMe } from '~/app/services';
import { Button } from '~/ui/Button';
import { Refusal } from '~/ui/Fault';
import { Empty } from '~/ui/parts';
import { count } from '~/ui/text';
import { exact } from '~/ui/time';
import type { Buffer } from './buffer';
import { LONG_PAGE } from './feed';
import { seesAll } from './useFeed';
import { placeText } from './words';

interface EndProps {
  buffer: Buffer;
  filtered: boolean;
  fetching: boolean;
  error: unknown;
  onMore: () => void;
}

export function TrailEnd({ buffer, filtered, fetching, error, onMore }: EndProps) {
  if (error !== undefined)
    return (
      <div className="trail-end">
        <Refusal error={error} />
        <Button size="sm" onClick={onMore}>
          Try again
        </Button>
      </div>
    );
  if (!buffer.earlier)
    return (
      <p className="trail-end small mute">
        {filtered ? `All ${count(buffer.shown.length, 'line')} were searched.` : 'Before this there is nothing.'}
      </p>
    );
  return (
    <div className="trail-end small mute">
      {fetching ? (
        <span role="status">Fetching earlier lines</span>
      ) : filtered ? (
        <>
          <span>{searched(buffer)}</span>
          <Button size="sm" onClick={onMore}>
            Search {LONG_PAGE} earlier lines
          </Button>
        </>
      ) : (
        <Button size="sm" onClick={onMore}>
          Earlier lines
        </Button>
      )}
    </div>
  );
}

/** Which lines were looked through, and whether they are all. */
function searched(buffer: Buffer): string {
  const [first, last] = [buffer.shown[0], buffer.shown.at(-1)];
  const n = buffer.shown.length;
  if (!first || !last) return 'There are no lines to search.';
  if (!buffer.earlier) return `All ${count(n, 'line')} that you may see were searched.`;
  return `${count(n, 'line')} were searched, places ${placeText(first.place)} to ${placeText(last.place)}, back to ${exact(first.at)}. There are earlier ones.`;
}

type NoMatchProps = Omit<EndProps, 'filtered'> & { onClear: () => void };

export function NoMatch({ buffer, fetching, error, onClear, onMore }: NoMatchProps) {
  const empty = (
    <Empty
      title="Nothing here matches"
      acts={
        <>
          <Button keys="Esc" onClick={onClear}>
            Clear the filter
          </Button>
          {buffer.earlier && (
            <Button busy={fetching} onClick={onMore}>
              Search {LONG_PAGE} earlier lines
            </Button>
          )}
        </>
      }
    >
      {searched(buffer)} The trail is live and this filter is on it: the next line that matches shows here.
    </Empty>
  );
  return error === undefined ? (
    empty
  ) : (
    <div>
      {empty}
      <div className="trail-end">
        <Refusal error={error} />
      </div>
    </div>
  );
}

export function NothingYet() {
  const me = useMe();
  return (
    <Empty title="Nothing has happened yet">
      {seesAll(me.roles)
        ? 'Each act in this tenant, and each refusal, becomes a line here the moment it is done: signing in, asking, signing, calling, ending.'
        : 'What you do here, and what is refused to you, becomes a line here the moment it is done. Lines of others are not yours to see.'}
    </Empty>
  );
}
