import { expect, it } from 'vitest';
import { event } from '~test/fixtures';
import { touched } from './queries';

it('knows what a line of the trail makes stale', () => {
  expect(touched([event('request.review')])).toEqual([['requests'], ['cases']]);
  expect(touched([event('case.close'), event('case.assign')])).toEqual([['cases'], ['requests'], ['delegations']]);
  expect(touched([event('delegation.end')])).toContainEqual(['cases']);
  expect(touched([event('token.exchange')])).toEqual([['delegations']]);
  expect(touched([event('person.change')])).toContainEqual(['people']);
  expect(touched([event('session.begin')])).toEqual([]);
});
