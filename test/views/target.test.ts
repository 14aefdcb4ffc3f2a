// What is said of where a restore goes, over every status, kind, delivery and target: nothing that isn't known.

import { describe, expect, test } from 'vitest';
import { jobPage } from '../../functions/api/web/pages/job-page.ts';
import { jobTable } from '../../functions/api/web/parts/job-table.ts';
import { jobEvents } from '../../functions/events/from/job-events.ts';
import { clusterRestores } from '../../functions/report/html/restores.ts';
import type { ClusterEvidence, RestoreEvidence } from '../../functions/report/model/report.ts';
import { collectionsOf } from '../../functions/restore/collections.ts';
import { destinationOf, type Place } from '../../functions/restore/destination.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import type { Delivery, Kind, Status } from '../../functions/schema/words.ts';
import { deliveryWords, destinationWords, effectWords } from '../../functions/views/target.ts';
import { textOf } from '../api/web/site.ts';
import { ledgerJobAfter } from '../events/samples.ts';
import { job as jobWith, PROJECT } from '../ledger/jobs.ts';

const OTHER = 'bbbbbbbbbbbbbbbbbbbbbbbb';
const NOW = Date.parse('2026-11-23T12:00:00Z');
const STATUSES = [
  ...['PENDING', 'RUNNING', 'READY', 'COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED'],
  ...['UNKNOWN', 'PAUSED', 'constructor'],
];
const KINDS = ['dedicated', 'flex', 'serverless', 'collection', 'snapshotless'];
const DELIVERIES = ['automated', 'pointInTime', 'download', 'unknown', 'carrierPigeon'];
const TARGETS = {
  itself: { targetProjectId: PROJECT, targetClusterName: 'orders' },
  project: { targetProjectId: PROJECT, targetClusterName: 'orders-test' },
  elsewhere: { targetProjectId: OTHER, targetClusterName: 'orders' },
  unnamed: { targetProjectId: undefined, targetClusterName: undefined },
} as const;
type Target = keyof typeof TARGETS;
const STRATEGIES = ['CREATE_NEW', 'OVERWRITE_EXISTING', 'MERGE', undefined];

interface Case {
  status: string;
  kind: string;
  delivery: string;
  target: Target;
  strategy?: string | undefined;
}
const CASES: Case[] = STATUSES.flatMap((status) =>
  KINDS.flatMap((kind) =>
    DELIVERIES.flatMap((delivery) =>
      (Object.keys(TARGETS) as Target[]).flatMap((target) =>
        (kind === 'collection' ? STRATEGIES : [undefined]).map((strategy) => ({
          status,
          kind,
          delivery,
          target,
          strategy,
        })),
      ),
    ),
  ),
);

function jobOf({ status, kind, delivery, target, strategy }: Case, parts: Partial<RestoreJob> = {}): RestoreJob {
  const collections = [{ sourceNamespace: 'shop.orders', targetNamespace: 'shop.orders_restored' }];
  const made = jobWith({
    ...{ status: status as Status, kind: kind as Kind, delivery: delivery as Delivery, ...TARGETS[target] },
    ...parts,
  } as Partial<RestoreJob>);
  for (const name of ['targetProjectId', 'targetClusterName'] as const) if (made[name] === undefined) delete made[name];
  return kind === 'collection' ? { ...made, atlas: { ...made.atlas, collections, writeStrategy: strategy } } : made;
}

const NAMES = new Map([[OTHER, 'staging']]);

/** Everything that people read of a job, by where. */
function faces(job: RestoreJob): Record<string, string> {
  const { job: stored, change } = ledgerJobAfter([job]);
  const restore = { ...stored, findings: [], collections: collectionsOf(stored) } as unknown as RestoreEvidence;
  const cluster = { clusterName: 'orders', proof: { state: 'none', gaps: [] }, drill: {}, restores: [restore] };
  const project = { projectId: PROJECT, projectName: 'payments', clusterLists: [] };
  const placed = { project, cluster: cluster as unknown as ClusterEvidence, index: 0 };
  const evidence = [...clusterRestores(placed)].join('');
  return {
    page: textOf(String(jobPage(stored, NAMES, NOW))).split('What Atlas sent')[0] ?? '',
    list: textOf(String(jobTable([stored], 'restores', NAMES, NOW))),
    command: `${destinationWords(stored, NAMES)}: ${effectWords(stored, collectionsOf(stored)) ?? ''}`,
    watch: deliveryWords(stored, NAMES),
    message: jobEvents(stored, change)[0]?.detail.message ?? '',
    evidence: textOf(evidence),
  };
}

describe('of every status, kind, delivery and target', () => {
  test('only a whole restore that was completed says that data was replaced, and only one into its own cluster in place', () => {
    for (const one of CASES) {
      const { status, kind, delivery, target, strategy } = one;
      const isWhole = ['dedicated', 'flex', 'serverless'].includes(kind);
      const writes = ['automated', 'pointInTime'].includes(delivery) && target !== 'unnamed';
      const replaced = isWhole && writes && status === 'COMPLETED';
      const overwrote =
        kind === 'collection' && delivery !== 'download' && target !== 'unnamed' && strategy === 'OVERWRITE_EXISTING';
      for (const [face, text] of Object.entries(faces(jobOf(one)))) {
        const about = `${face} of ${JSON.stringify(one)}: ${text}`;
        const isStated = ['page', 'command', 'evidence'].includes(face);
        expect(/(?<!whether )its data was replaced/.test(text), about).toBe(isStated && replaced);
        expect(/in place/.test(text), about).toBe(isStated && replaced && target === 'itself');
        expect(/(?<!whether )collections that have the target names were replaced/.test(text), about).toBe(
          isStated && overwrote && status === 'COMPLETED',
        );
      }
    }
  });

  test('a download names no cluster and says nothing of replacing, also where Atlas names a target', () => {
    for (const one of CASES.filter(({ delivery }) => delivery === 'download')) {
      for (const [face, text] of Object.entries(faces(jobOf(one)))) {
        expect(text, `${face} of ${JSON.stringify(one)}`).not.toMatch(/replac|same cluster|itself|orders-test/i);
      }
      expect(effectWords(jobOf(one))).toBeUndefined();
    }
  });

  test('a place that is not known is said to be so on every face', () => {
    for (const one of CASES) {
      const { place } = destinationOf(jobOf(one));
      const isWriting = one.kind === 'collection' || ['automated', 'pointInTime'].includes(one.delivery);
      const expected: Place =
        one.delivery === 'download' ? 'download' : !isWriting || one.target === 'unnamed' ? 'unknown' : one.target;
      expect(place, JSON.stringify(one)).toBe(expected);
      if (place !== 'unknown') continue;
      for (const [face, text] of Object.entries(faces(jobOf(one))))
        expect(text, face).toMatch(/not known|no target could be read/i);
    }
  });
});

describe('what becomes of the data', () => {
  test.each([
    ['PENDING', 'its data will be replaced', 'new collections will be created'],
    ['RUNNING', 'its data is being replaced', 'new collections are being created'],
    ['COMPLETED', 'its data was replaced in place', 'new collections were created'],
    ['FAILED', 'its data may be partly replaced', 'new collections may be partly created'],
    [
      'CANCELLED',
      'its data may be partly replaced: how far it had come is not known',
      'new collections may be partly created: how far it had come is not known',
    ],
    ['READY', 'whether its data was replaced is not known', 'whether new collections were created is not known'],
    ['EXPIRED', 'whether its data was replaced is not known', 'whether new collections were created is not known'],
    ['UNKNOWN', 'whether its data was replaced is not known', 'whether new collections were created is not known'],
    ['constructor', 'whether its data was replaced is not known', 'whether new collections were created is not known'],
  ])('%s', (status, whole, created) => {
    const one = { status, delivery: 'automated', target: 'itself' as const };
    expect(effectWords(jobOf({ ...one, kind: 'dedicated' }))).toBe(whole);
    const collection = jobOf({ ...one, kind: 'collection', strategy: 'CREATE_NEW' });
    expect(effectWords(collection, collectionsOf(collection))).toBe(created);
  });

  const completed = { status: 'COMPLETED', delivery: 'automated', target: 'itself' } as const;

  test('of another cluster is not called in place', () => {
    const one = { ...completed, kind: 'flex' };
    expect(effectWords(jobOf({ ...one, target: 'project' }))).toBe('its data was replaced');
    expect(effectWords(jobOf({ ...one, target: 'elsewhere' }))).toBe('its data was replaced');
  });

  test('is not known of a kind, or a way to write, that is not known', () => {
    expect(effectWords(jobOf({ ...completed, kind: 'other' }))).toBe('what becomes of its data is not known');
    const merged = jobOf({ ...completed, kind: 'collection', strategy: 'MERGE' });
    expect(effectWords(merged, collectionsOf(merged))).toBe(
      'collections were restored; over existing ones or not is not known',
    );
  });

  test('is not known of a job that Atlas stopped listing while it was open', () => {
    for (const status of ['PENDING', 'RUNNING']) {
      const job = jobOf({ ...completed, status, kind: 'dedicated' });
      expect(effectWords({ ...job, vanishedAt: '2026-11-22T00:00:00.000Z' })).toBe(
        'whether its data was replaced is not known',
      );
    }
    const done = jobOf({ ...completed, kind: 'dedicated' });
    expect(effectWords({ ...done, vanishedAt: '2026-11-22T00:00:00.000Z' })).toBe('its data was replaced in place');
  });

  test('is not concluded from a field that could not be understood', () => {
    const job = jobOf({ ...completed, kind: 'dedicated' });
    expect(effectWords({ ...job, problems: [{ field: 'failed' }] })).toBe('whether its data was replaced is not known');
    const misread = { ...job, problems: [{ field: 'targetGroupId' }] };
    expect(destinationOf(misread).place).toBe('unknown');
    expect(effectWords(misread)).toBeUndefined();
    expect(effectWords({ ...job, problems: [{ field: 'snapshotId' }] })).toBe('its data was replaced in place');
  });
});

describe('which collections', () => {
  const restored = (atlas: Record<string, unknown>, atlasOmitted?: Record<string, string>) =>
    collectionsOf({ kind: 'collection', atlas, ...(atlasOmitted ? { atlasOmitted } : {}) });

  test('have the names that Atlas gives, else their suffix', () => {
    expect(
      restored({
        writeStrategy: 'CREATE_NEW',
        collectionSuffix: '_old',
        collections: [{ sourceNamespace: 'a.b', targetNamespace: 'c.d' }, { sourceNamespace: 'a.e' }],
        databaseSuffix: '',
        databases: [{ sourceNamespace: 'tenant' }],
      }),
    ).toEqual({
      writeStrategy: 'CREATE_NEW',
      namespaces: [{ source: 'a.b', target: 'c.d' }, { source: 'a.e', target: 'a.e_old' }, { source: 'tenant' }],
      complete: true,
    });
    expect(collectionsOf({ kind: 'dedicated', atlas: { collections: [] } })).toBeUndefined();
  });

  test.each([
    [{}, undefined],
    [{ collections: 'all' }, undefined],
    [{ collections: [null, 1, { sourceNamespace: 7 }, { sourceNamespace: 'a.b' }] }, undefined],
    [{ databases: [{ sourceNamespace: 'a' }] }, { collections: 'digest' }],
  ])('may be some of them only, and that is said: %j', (atlas, omitted) => {
    expect(restored(atlas, omitted)?.complete).toBe(false);
  });

  test('are a short list on the page, in which hostile names stay text', () => {
    const collections = Array.from({ length: 90 }, (_, n) => ({
      sourceNamespace: n === 0 ? '<img src=x onerror=alert(1)>\u202e' : `shop.c${n}`,
      targetNamespace: n === 0 ? '</li><script>alert(1)</script>' : `shop.c${n}`,
    }));
    const job = jobOf({ status: 'COMPLETED', kind: 'collection', delivery: 'automated', target: 'itself' });
    const { job: stored } = ledgerJobAfter([{ ...job, atlas: { ...job.atlas, collections } }]);
    const page = String(jobPage(stored, NAMES, NOW));
    expect(page).not.toMatch(/<img|<script>alert/);
    const [target = ''] = textOf(page).split('Facts');
    expect(target).toContain('‹U+202E›');
    expect(target).toContain('shop.c19 and 70 more, in what Atlas sent');
    expect(target).not.toContain('shop.c20');
  });
});
