// The only file that knows Tauri.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Platform } from '.';

export const tauri: Platform = {
  invoke: (command, args) => invoke(command, args),
  listen: (event, hear) => listen(event, (said) => hear(said.payload as never)),
};
