import { RadioGroup } from 'radix-ui';
import type { ReactNode } from 'react';
import { cx } from './text';

export interface SegItem<V extends string> {
  value: V;
  label: ReactNode;
}

/** One of a few, side by side. Arrow keys move; the choice is the move. */
export function Seg<V extends string>({
  label,
  items,
  value,
  onChange,
  small,
}: {
  label: string;
  items: readonly SegItem<V>[];
  value: V | '';
  onChange: (value: V) => void;
  small?: boolean;
}) {
  return (
    <RadioGroup.Root
      className={cx('seg', small && 'sm')}
      aria-label={label}
      value={value}
      onValueChange={(v) => onChange(v as V)}
      orientation="horizontal"
    >
      {items.map((item) => (
        <RadioGroup.Item key={item.value} value={item.value} data-v={item.value}>
          {item.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
