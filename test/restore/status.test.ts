import { describe, expect, test } from 'vitest';
import { fromCollectionState, fromFlags, fromFlexStatus } from '../../functions/restore/status.ts';

const readAt = new Date('2026-08-10T12:00:00Z');
const requestedAt = '2026-08-10T10:00:00.000Z';
const quiet = {
  requestedAt,
  failed: false,
  cancelled: false,
  expired: false,
  finishedAt: undefined,
  expiresAt: undefined,
  download: false,
  deliveryUrlCount: 0,
};

describe('a dedicated job', () => {
  test.each([
    ['nothing raised: it runs', {}, 'RUNNING', 'IN_PROGRESS'],
    ['a finish', { finishedAt: '2026-08-10T11:00:00.000Z' }, 'COMPLETED', 'finishedAt'],
    [
      'failed wins over cancelled, and over a finish',
      { failed: true, cancelled: true, finishedAt: '2026-08-10T11:00:00.000Z' },
      'FAILED',
      'cancelled,failed',
    ],
    ['cancelled wins over expired', { cancelled: true, expired: true }, 'CANCELLED', 'cancelled,expired'],
    ['expired wins over a finish', { expired: true, finishedAt: '2026-08-10T11:00:00.000Z' }, 'EXPIRED', 'expired'],
    ['a download with a URL waits to be fetched', { download: true, deliveryUrlCount: 1 }, 'READY', 'deliveryUrl'],
    ['a download without one is being made', { download: true }, 'RUNNING', 'IN_PROGRESS'],
    ['a URL on a restore means nothing', { deliveryUrlCount: 1 }, 'RUNNING', 'IN_PROGRESS'],
    [
      'a download whose URL went away before it expired',
      { download: true, expiresAt: '2026-08-10T12:30:00.000Z' },
      'READY',
      'deliveryUrl',
    ],
    [
      'a download within the hour that Atlas has to flag it',
      { download: true, deliveryUrlCount: 1, expiresAt: '2026-08-10T11:00:01.000Z' },
      'READY',
      'deliveryUrl',
    ],
    [
      'a download that nobody flagged',
      { download: true, deliveryUrlCount: 1, expiresAt: '2026-08-10T10:59:59.000Z' },
      'EXPIRED',
      'expiresAt',
    ],
    [
      'a finish, beside a flag that nobody can read',
      { failed: undefined, finishedAt: '2026-08-10T11:00:00.000Z' },
      'UNKNOWN',
      'finishedAt',
    ],
    ['cancelled, where failed would have won', { failed: undefined, cancelled: true }, 'UNKNOWN', 'cancelled'],
    ['expired, where cancelled would have won', { cancelled: undefined, expired: true }, 'UNKNOWN', 'expired'],
    ['failed, whatever the others are', { failed: true, cancelled: undefined }, 'FAILED', 'failed'],
    ['flags that nobody can read, without a finish', { failed: undefined }, 'RUNNING', 'IN_PROGRESS'],
    ['30 days without an end', { requestedAt: '2026-07-11T12:00:00.000Z' }, 'RUNNING', 'IN_PROGRESS'],
    ['more than 30 days without an end', { requestedAt: '2026-07-11T11:59:59.000Z' }, 'UNKNOWN', 'IN_PROGRESS'],
    ['a week past its expiry', { expiresAt: '2026-08-03T12:00:00.000Z' }, 'RUNNING', 'IN_PROGRESS'],
    ['longer past its expiry', { expiresAt: '2026-08-03T11:59:59.000Z' }, 'UNKNOWN', 'expiresAt'],
  ])('%s', (_, raised, status, sourceStatus) => {
    expect(fromFlags({ ...quiet, ...raised }, readAt)).toEqual({ status, sourceStatus });
  });
});

const finishedAt = '2026-08-10T11:00:00.000Z';
const FLEX_WORDS = 'PENDING, QUEUED, RUNNING, COMPLETED, FAILED';
const COLLECTION_WORDS = 'INITIALIZING, IN_PROGRESS, FINALIZING, SUCCESSFUL, CANCELED, FAILED';

test.each([
  ['PENDING', 'PENDING', 'UNKNOWN'],
  ['QUEUED', 'PENDING', 'UNKNOWN'],
  ['RUNNING', 'RUNNING', 'UNKNOWN'],
  ['COMPLETED', 'COMPLETED', 'COMPLETED'],
  ['completed', 'COMPLETED', 'COMPLETED'],
  ['FAILED', 'FAILED', 'FAILED'],
])('a flex job that is %s counts as %s, and with a finish time as %s', (word, status, finished) => {
  expect(fromFlexStatus({ word, requestedAt, finishedAt: undefined }, readAt)).toEqual({ status, sourceStatus: word });
  const belied = finished === 'UNKNOWN' ? { expected: 'the status of a job that has finished' } : {};
  const ended = { status: finished, sourceStatus: word, ...belied };
  expect(fromFlexStatus({ word, requestedAt, finishedAt }, readAt)).toEqual(ended);
});

test.each([
  ['INITIALIZING', 'PENDING'],
  ['IN_PROGRESS', 'RUNNING'],
  ['FINALIZING', 'RUNNING'],
  ['SUCCESSFUL', 'COMPLETED'],
  ['CANCELED', 'CANCELLED'],
  ['FAILED', 'FAILED'],
])('a collection-level job that is %s counts as %s', (word, status) => {
  const said = { word, requestedAt, finishedAt: undefined };
  expect(fromCollectionState(said, readAt)).toEqual({ status, sourceStatus: word });
});

describe('a word that its kind does not have', () => {
  test.each([
    ['CLOSED', 'UNKNOWN', 'UNKNOWN'],
    ['CANCELLED', 'CANCELLED', 'CANCELLED'],
    ['canceled', 'CANCELLED', 'CANCELLED'],
    ['SUCCEEDED', 'COMPLETED', 'COMPLETED'],
    ['SUCCESSFUL', 'COMPLETED', 'COMPLETED'],
    ['EXPIRED', 'EXPIRED', 'EXPIRED'],
    ['IN_PROGRESS', 'RUNNING', 'UNKNOWN'],
    ['SOMETHING_NEW', 'RUNNING', 'UNKNOWN'],
    ['COMPLETED ', 'RUNNING', 'UNKNOWN'],
    ['', 'RUNNING', 'UNKNOWN'],
    ['faıled', 'RUNNING', 'UNKNOWN'],
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'].map((word) => [
      word,
      'RUNNING',
      'UNKNOWN',
    ]),
  ] as [string, string, string][])('%s counts as %s, with a finish time as %s, and is marked', (word, open, ended) => {
    const marked = (status: string) => ({ status, sourceStatus: word, expected: FLEX_WORDS });
    expect(fromFlexStatus({ word, requestedAt, finishedAt: undefined }, readAt)).toEqual(marked(open));
    expect(fromFlexStatus({ word, requestedAt, finishedAt }, readAt)).toEqual(marked(ended));
  });

  test('is not known for ever', () => {
    const said = { word: 'VERIFYING', requestedAt: '2026-07-11T11:59:59.000Z', finishedAt: undefined };
    const settled = { status: 'UNKNOWN', sourceStatus: 'VERIFYING', expected: COLLECTION_WORDS };
    expect(fromCollectionState(said, readAt)).toEqual(settled);
  });
});
