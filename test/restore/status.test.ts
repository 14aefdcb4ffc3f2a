import { describe, expect, test } from 'vitest';
import { fromCollectionState, fromFlags, fromFlexStatus } from '../../functions/restore/status.ts';

const readAt = new Date('2026-08-10T12:00:00Z');
const quiet = {
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
  ])('%s', (_, raised, status, sourceStatus) => {
    expect(fromFlags({ ...quiet, ...raised }, readAt)).toEqual({ status, sourceStatus });
  });
});

test.each([
  ['PENDING', 'PENDING'],
  ['QUEUED', 'PENDING'],
  ['RUNNING', 'RUNNING'],
  ['COMPLETED', 'COMPLETED'],
  ['completed', 'COMPLETED'],
  ['FAILED', 'FAILED'],
  ['SOMETHING_NEW', 'RUNNING'],
])('a flex job that is %s counts as %s', (sourceStatus, status) => {
  expect(fromFlexStatus(sourceStatus)).toEqual({ status, sourceStatus });
});

test.each([
  ['INITIALIZING', 'PENDING'],
  ['IN_PROGRESS', 'RUNNING'],
  ['FINALIZING', 'RUNNING'],
  ['SUCCESSFUL', 'COMPLETED'],
  ['CANCELED', 'CANCELLED'],
  ['FAILED', 'FAILED'],
])('a collection-level job that is %s counts as %s', (sourceStatus, status) => {
  expect(fromCollectionState(sourceStatus)).toEqual({ status, sourceStatus });
});
