import type { ConsoleState } from '~/api/types';
import type { Answers, FakePlatform } from './fake-platform';
import { agentScreens } from './screens-agent';
import { clockScreens } from './screens-clock';
import { controlScreens } from './screens-control';
import { doorScreens } from './screens-door';
import { recordScreens } from './screens-record';
import { signScreens } from './screens-sign';

export interface Screen {
  path: string;
  state: ConsoleState;
  answers: Answers;
  /** What is pressed, one after the other. */
  steps?: string[];
  /** What the shell then says. */
  then?: (platform: FakePlatform) => void;
}

export const screens: Record<string, Screen> = {
  ...doorScreens,
  ...recordScreens,
  ...agentScreens,
  ...signScreens,
  ...controlScreens,
  ...clockScreens,
};
