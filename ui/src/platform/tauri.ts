// The only file that knows Tauri.
import { invoke } from '@tauri-apps/api/core';
import { getCurrentWebviewWindow } from '@tauri-apps/api/webviewWindow';
import type { Platform } from '.';

export const tauri: Platform = {
  invoke: (command, args) => invoke(command, args),
  // On this window and not globally: another window's state is another person's.
  listen: (event, hear) => getCurrentWebviewWindow().listen(event, (said) => hear(said.payload as never)),
};
