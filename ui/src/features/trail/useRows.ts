// One row of many is the reader's: J and K move it, the arrows too.
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

interface Rows {
  /** The row that the keyboard is on. */
  at: string | undefined;
  setAt: (id: string | undefined) => void;
  /** Moves by so many rows; answers on which it came. */
  move: (by: number) => string | undefined;
  /** Gives the focus to a row, as soon as it is there. */
  focusOn: (id: string) => void;
}

/** `ids` in the order in which they are shown; rows carry theirs as `data-row`. */
export function useRows(
  ids: readonly string[],
  box: RefObject<HTMLElement | null>,
  reveal: (index: number) => void,
): Rows {
  const [at, setAt] = useState<string>();
  const wanted = useRef<string>(undefined);
  const give = () => {
    if (wanted.current === undefined) return;
    const rows = [...(box.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const row = rows.find((r) => r.dataset.row === wanted.current);
    if (!row) return;
    wanted.current = undefined;
    row.focus({ preventScroll: true });
  };
  useLayoutEffect(give);
  const focusOn = (id: string) => {
    wanted.current = id;
    setAt(id);
    const index = ids.indexOf(id);
    if (index >= 0) reveal(index);
    give();
  };
  const move = (by: number) => {
    const from = at === undefined ? -1 : ids.indexOf(at);
    const to = from < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, from + by));
    const id = ids[to];
    if (id !== undefined) focusOn(id);
    return id;
  };
  return { at, setAt, move, focusOn };
}
