// A page with every screen and state over a fake shell, under the product's content security policy. Not in the product's build.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { alias } from '../vite.config';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  resolve: { alias },
  base: './',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    outDir: '../dist-preview',
    emptyOutDir: true,
    rollupOptions: { input: fileURLToPath(new URL('./preview.html', import.meta.url)) },
    chunkSizeWarningLimit: 2000,
  },
});
