import { expect, it } from 'vitest';
import { flat, homeOf } from './places';

const names = (...roles: Parameters<typeof flat>[0]) => flat(roles).map((p) => p.name);

it('leads each role to its own places, and several roles to the union', () => {
  expect(names('agent')).toEqual(['My work', 'API explorer', 'My trail']);
  expect(names('approver')).toEqual(['To sign', 'Live trail', 'APIs', 'Cases']);
  expect(names('admin')).toEqual(['Live trail', 'APIs', 'Clients', 'Keys', 'Clock', 'Cases', 'People and roles']);
  expect(names('auditor')).toEqual(['Live trail', 'APIs', 'Clients', 'Keys']);
  expect(names('agent', 'approver')).toEqual(['To sign', 'My work', 'API explorer', 'Live trail', 'APIs', 'Cases']);
  expect(names()).toEqual([]);
});

it('starts where work waits', () => {
  expect([homeOf(['agent']), homeOf(['approver']), homeOf(['auditor'])]).toEqual(['/work', '/sign', '/trail']);
});

it('gives each place a letter of its own', () => {
  const letters = flat(['agent', 'approver', 'admin', 'auditor']).map((p) => p.key);
  expect(new Set(letters).size).toBe(letters.length);
});
