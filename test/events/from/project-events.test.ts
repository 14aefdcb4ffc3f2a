import { expect, test } from 'vitest';
import { projectEvents } from '../../../functions/events/from/project-events.ts';
import type { KnownProject } from '../../../functions/ledger/model/known-project.ts';
import { PROJECT, RUN, seen } from '../../ledger/jobs.ts';
import { wrongs } from '../schemas.ts';

const since = seen(0).observedAt;
const at = seen(1).observedAt;
const known = (more: Partial<KnownProject> = {}): KnownProject => ({
  ...{ projectId: PROJECT, projectName: 'payments', revision: 3, firstSeenAt: since },
  ...{ accounts: { 'atlas/prod': { since } }, changes: [{ at, what: 'visible', runId: RUN }] },
  ...more,
});
const lost = known({ notVisibleSince: since, changes: [{ at: since, what: 'not-visible', runId: RUN }] });
const retired = { at, by: 'ada@laptop', reason: 'deleted on purpose' };

test('a lost project is published once, with who saw it', () => {
  const [event, ...more] = projectEvents(known(), lost);
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    'detail-type': 'Project Not Visible',
    detail: { id: `${PROJECT}:3:not-visible`, severity: 'warning', state: 'lost', since, at: since },
  });
  expect(event?.detail.message).toMatch(/^payments: no credentials see this project .*Last seen by atlas\/prod\.\n/);
  expect(wrongs(event)).toEqual([]);
  expect(projectEvents(lost, { ...lost, projectName: 'renamed', revision: 4 })).toEqual([]);
});

test.each([
  ['visible', known(), 'payments: the project is visible again.'],
  ['excluded', known({ excludedSince: at }), 'payments: the project is excluded by the settings.'],
  [
    'retired',
    { ...lost, retired },
    'was taken out of scope by ada@laptop: deleted on purpose. It was not visible since',
  ],
])('that it is over is published too: %s', (ended, after, words) => {
  const [event, ...more] = projectEvents(lost, after);
  expect(more).toEqual([]);
  expect(event?.detail).toMatchObject({ severity: 'info', state: 'over', ended, since });
  expect(event?.detail.message).toContain(words);
  expect(wrongs(event)).toEqual([]);
});

test('what is no loss is not published: a first sight, a new name, a retirement that ends with its project', () => {
  expect(projectEvents(undefined, known())).toEqual([]);
  expect(projectEvents(known(), known({ projectName: 'renamed' }))).toEqual([]);
  expect(projectEvents({ ...lost, retired }, known())).toEqual([]);
});

test('a retirement that is taken back is a loss again', () => {
  expect(projectEvents({ ...lost, retired }, lost)[0]?.detail).toMatchObject({ state: 'lost', since });
});
