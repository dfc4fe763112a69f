import { type RefObject, useEffect, useRef } from 'react';
import { useKeys } from './keys';

const OWN = 'a, button, input, select, textarea, label';

/**
 * Rows that lead somewhere by a link of theirs (`data-row`). J and K move the focus over those links, Enter then opens
 * as it does on any link, and a press anywhere on the row is a press on its link.
 */
export function useRowKeys<E extends HTMLElement>(): RefObject<E | null> {
  const list = useRef<E>(null);
  const move = (step: number) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  useEffect(() => {
    const element = list.current;
    // A link stretched over its row would need rows that can be positioned against, which not every web view has.
    const press = (event: MouseEvent) => {
      if (!(event.target instanceof Element) || event.target.closest(OWN)) return;
      event.target.closest('tr')?.querySelector<HTMLElement>('[data-row]')?.click();
    };
    element?.addEventListener('click', press);
    return () => element?.removeEventListener('click', press);
  });
  return list;
}
