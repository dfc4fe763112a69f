import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const here = import.meta.dirname;
const files = readdirSync(here).filter((f) => f.endsWith('.css'));

it('asks for nothing that the content security policy forbids', () => {
  for (const file of files) {
    const addresses = [...readFileSync(join(here, file), 'utf8').matchAll(/url\(['"]?([^'")]+)/g)].map((m) => m[1]);
    expect(addresses.filter((a) => !a?.startsWith('../assets/'))).toEqual([]);
  }
});

it('imports every sheet once, the narrow one last', () => {
  const order = [...readFileSync(join(here, 'index.css'), 'utf8').matchAll(/@import ['"]\.\/([\w.]+)['"]/g)].map(
    (m) => m[1],
  );
  expect([...order].sort()).toEqual(files.filter((f) => f !== 'index.css').sort());
  expect(order.at(-1)).toBe('narrow.css');
});

it('stands still for those who want that', () => {
  expect(readFileSync(join(here, 'narrow.css'), 'utf8')).toMatch(
    /prefers-reduced-motion: reduce[\s\S]*animation: none !important/,
  );
});
