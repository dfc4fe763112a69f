// The service's clock, as it may stand.
import type { ClockView } from '~/api/types';
import { at } from './fixtures';

export const clockRight: ClockView = { shown: at(0), mark: at(0), behind_s: 0, tolerance_s: 2, mints: true };
/** Set back by a little: it can be waited for. */
export const clockLate: ClockView = { shown: at(0), mark: at(95), behind_s: 95, tolerance_s: 2, mints: false };
/** It had leapt ahead by a day. */
export const clockLeapt: ClockView = {
  shown: at(0),
  mark: at(86_400 + 240),
  behind_s: 86_640,
  tolerance_s: 2,
  mints: false,
};
