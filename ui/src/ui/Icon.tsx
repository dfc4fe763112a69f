import type { LucideIcon } from 'lucide-react';
import { cx } from './text';

/** A Lucide glyph in the console's size and stroke. It never speaks alone: a word stands beside it, or a label on its button. */
export function Icon({ of: Glyph, size, tone }: { of: LucideIcon; size?: 14 | 20; tone?: string }) {
  return <Glyph className={cx('ic', size && `ic-${size}`, tone)} aria-hidden="true" />;
}
