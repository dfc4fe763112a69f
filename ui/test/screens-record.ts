import type { PersonView } from '~/api/types';
import type { Answers } from './fake-platform';
import { at, cases, consoleState, hops, id, me, people, personViews, problem } from './fixtures';
import type { Screen } from './preview-screens';
import { calledOn, canonicalOf, counted, DLG, endedStory, liveStory, moreLines, trailLines } from './record-fixtures';

const as = (name: keyof typeof people) => consoleState({ me: me(name) });
const offline = (name: keyof typeof people) => consoleState({ me: me(name), stream: 'connecting' });
const failing = problem('unavailable', {
  title: 'Not available now',
  detail: 'the service can’t do this now, and has done nothing; try again in a moment',
});
const notFound = problem('not_found', {
  status: 404,
  title: 'Not found',
  detail: 'there is no such delegation here, or you may not see it',
});
const never = new Promise<never>(() => undefined);

const page = { items: trailLines, place: trailLines.at(-1)?.place ?? 0, earlier: true };
const trail: Answers = {
  event_list: ({ query }) => {
    if (query.before !== undefined) return { items: [], place: page.place, earlier: false };
    return query.after === undefined ? page : { items: [], place: page.place, earlier: true };
  },
  event_get: ({ id }) => {
    const event = [...trailLines, ...moreLines, counted].find((e) => e.id === id);
    if (!event) throw notFound;
    return { event, canonical: canonicalOf(event) };
  },
};
const pick = (kind: string) => trailLines.find((e) => e.kind === kind && e.decision === 'refused')?.id ?? '';
const refused = `/trail?event=${pick('token.exchange')}`;
const none = { items: [], place: 0, earlier: false };

const newcomer: PersonView = {
  id: id('usr', '0000b1'),
  name: 'arun',
  roles: ['agent'],
  groups: [],
  state: 'invited',
  created_at: at(-700),
};
const leaver: PersonView = {
  id: id('usr', '0000b2'),
  name: 'niko',
  roles: [],
  groups: [],
  state: 'active',
  created_at: at(-86_400 * 200),
};
const everybody = [...personViews, newcomer, leaver].sort((a, b) => a.name.localeCompare(b.name));
const some = cases.map((c, i) =>
  i === 2 ? { ...c, assignee: people.tove } : i === 5 ? withNobody(c) : i > 6 ? { ...c, state: 'closed' as const } : c,
);
function withNobody(c: (typeof cases)[number]) {
  const copy = { ...c };
  delete copy.assignee;
  return copy;
}
const desk: Answers = { ...trail, case_list: { items: some }, person_list: { items: everybody } };
const invited = {
  person: newcomer,
  link: 'http://localhost:8470/invite?token=Jd7fWn2p0cV5xqkE1rTzAq8mLsYhUgBvNo4iC3wXe6M',
  expires_at: at(259_200),
};

export const recordScreens: Record<string, Screen> = {
  'g1-trail': { path: '/trail', state: as('ruth'), answers: trail },
  'g1-my-trail': {
    path: '/trail',
    state: as('dana'),
    answers: {
      ...trail,
      event_list: { items: trailLines.filter((e) => e.actor.name === 'dana'), place: 48_162, earlier: false },
    },
  },
  'g2-trail-paused': {
    path: '/trail',
    state: as('ruth'),
    answers: trail,
    steps: ['Pause'],
    then: (p) => p.say('trail', moreLines),
  },
  'g3-trail-event': { path: refused, state: as('ruth'), answers: trail },
  'g3-trail-event-fails': { path: `/trail?event=${id('evt', 'ffffff')}`, state: as('ruth'), answers: trail },
  'g4-trail-many': {
    path: `/trail?event=${counted.id}`,
    state: as('ruth'),
    answers: { ...trail, event_list: { ...page, items: [...trailLines, ...moreLines, counted] } },
  },
  'g5-trail-canonical': { path: refused, state: as('ruth'), answers: trail, steps: ['key y'] },
  'g6-trail-filter': { path: refused, state: as('ruth'), answers: trail, steps: ['Only'] },
  'g7-trail-empty': { path: '/trail', state: as('ines'), answers: { event_list: none } },
  'g7-trail-loading': { path: '/trail', state: as('ines'), answers: { event_list: never } },
  'g8-trail-fails': { path: '/trail', state: as('ines'), answers: { event_list: failing } },
  'g9-trail-offline': { path: '/trail', state: offline('ines'), answers: trail },
  'h1-story': { path: `/delegations/${DLG}`, state: as('ruth'), answers: { delegation_story: endedStory } },
  'h1-story-hops': {
    path: `/delegations/${DLG}`,
    state: as('ruth'),
    answers: {
      delegation_story: {
        ...calledOn,
        delegation: { ...calledOn.delegation, hops },
        request: { ...calledOn.request, hops },
      },
    },
  },
  'h2-story-live': { path: `/delegations/${DLG}`, state: as('ruth'), answers: { delegation_story: liveStory } },
  'h3-story-not-yours': { path: `/delegations/${DLG}`, state: as('dana'), answers: { delegation_story: notFound } },
  'h4-story-fails': { path: `/delegations/${DLG}`, state: as('ruth'), answers: { delegation_story: failing } },
  'm1-cases': { path: '/cases', state: as('ruth'), answers: desk },
  'm1-cases-approver': { path: '/cases', state: as('imre'), answers: desk },
  'm2-case-new': { path: '/cases', state: as('ruth'), answers: desk, steps: ['New case'] },
  'm3-case-close': { path: '/cases', state: as('ruth'), answers: desk, steps: ['Close… ZD-4711'] },
  'm4-case-assign': { path: '/cases', state: as('ruth'), answers: desk, steps: ['Assign… ZD-4711'] },
  'm5-cases-empty': { path: '/cases', state: as('ruth'), answers: { ...desk, case_list: { items: [] } } },
  'm6-cases-fail': { path: '/cases', state: as('ruth'), answers: { ...desk, case_list: failing } },
  'n1-people': { path: '/people', state: as('ruth'), answers: desk },
  'n2-invite': { path: '/people', state: as('ruth'), answers: desk, steps: ['Invite…'] },
  'n3-change': {
    path: '/people',
    state: as('ruth'),
    answers: desk,
    steps: ['Change roles and groups of dana', 'Agent'],
  },
  'n4-new-link': { path: '/people', state: as('ruth'), answers: desk, steps: ['New link for imre'] },
  'n5-link': {
    path: '/people',
    state: as('ruth'),
    answers: { ...desk, person_reinvite: invited },
    steps: ['New link for arun', 'Make a link'],
  },
  'n6-people-fail': { path: '/people', state: as('ruth'), answers: { ...desk, person_list: failing } },
};
