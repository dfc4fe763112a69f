// Light, dark, or as the system says. Kept in this window's own storage: it is no secret and nobody's but the person's.
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'system';
const KEY = 'theme';
const heard = new Set<() => void>();

const system = () => (typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : undefined);

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

function draw(): void {
  const theme = stored();
  document.documentElement.dataset.theme = theme === 'system' ? (system()?.matches ? 'dark' : 'light') : theme;
}

/** Before the first paint, and whenever the system changes. */
export function startTheme(): void {
  draw();
  system()?.addEventListener('change', draw);
  addEventListener('storage', draw);
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  draw();
  heard.forEach((f) => f());
}

export const useTheme = (): Theme =>
  useSyncExternalStore((hear) => {
    heard.add(hear);
    return () => heard.delete(hear);
  }, stored);
