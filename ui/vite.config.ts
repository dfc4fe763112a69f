import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const alias = { '~test': at('./test'), '~': at('./src') };

export default defineConfig({
  plugins: [react()],
  resolve: { alias },
  // Relative, because the shell serves the page from its own scheme.
  base: './',
  build: {
    target: 'es2022',
    // The content security policy allows no data: addresses, so nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    env: { TZ: 'Europe/Berlin' },
    css: false,
    // Reading a whole page as a screen reader does takes its time on a busy machine.
    testTimeout: 120_000,
    restoreMocks: true,
  },
});
