// What people are told, by what the ledger records: jobs are written to a table, and their events come as EventBridge gives them.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { runEvents } from '../../../functions/events/from/run-events.ts';
import type { LedgerEvent } from '../../../functions/events/model/event.ts';
import type { Recorded } from '../../../functions/ledger/model/ledger.ts';
import { noCounts } from '../../../functions/ledger/model/run.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../../functions/restore/rules/finding.ts';
import { type EngineTable, testEngine } from '../../ledger/engines.ts';
import { idAt, job, PROJECT, seen } from '../../ledger/jobs.ts';
import { finding, requester, run } from '../samples.ts';
import { bodyOf, eventsOf, Outbox, WAIT_MS } from './outbox.ts';

const STAGING = 'b'.repeat(24);
const JOB = idAt('2026-11-20T10:52:00Z');
const PENDING: Requester = { reason: 'pending' };
const restore = job({ jobId: JOB, targetProjectId: STAGING, targetClusterName: 'orders-copy' });
const download = finding({ rule: 'download', why: 'The data of cluster orders was requested as a download.' });
const protectedTarget = finding({ rule: 'protected-target', severity: 'critical', why: 'The target is protected.' });

const drill = {
  source: 'atlas-restore-ledger',
  'detail-type': 'Restore Drill Overdue',
  time: seen(0).observedAt,
  detail: {
    ...{ schemaVersion: 1, id: `${PROJECT}:4:drills`, severity: 'warning', at: seen(0).observedAt },
    message: 'payments: 1 cluster is overdue for a restore drill.\norders (every 90 days, due 2026-11-20).',
    ...{ projectId: PROJECT, projectName: 'payments', clusters: [] },
  },
} satisfies LedgerEvent;

const engine = testEngine();
let table: EngineTable;
beforeEach(async () => {
  table = await engine.newTable();
  for (const [projectId, projectName] of [
    [PROJECT, 'payments'],
    [STAGING, 'staging-eu'],
  ] as const) {
    const known = { projectId, projectName, revision: 0, firstSeenAt: seen(0).observedAt, accounts: {}, changes: [] };
    await table.ledger.saveKnownProject(projectId, () => known);
  }
});

const found = (findings: Finding[], who: Requester = PENDING, parts: Partial<RestoreJob> = {}): Promise<Recorded> =>
  table.ledger.record({ ...restore, ...parts }, seen(0), false, { requester: who, assess: () => findings });
const attributed = (who: Requester, minute = 1, more: Finding[] = []): Promise<Recorded> =>
  table.ledger.annotate(PROJECT, JOB, seen(minute), ({ findings = [] }) => ({
    requester: who,
    findings: [...findings, ...more],
  }));

describe('the message of a restore', () => {
  test('is plain text: what was found, who requested it, from where to where by name, and a link', async () => {
    const outbox = new Outbox(table, { apiUrl: 'https://api.example' });
    const ended = { status: 'FAILED', sourceStatus: 'failed', durationSeconds: 510 } as const;
    await outbox.take(...eventsOf(await found([finding(), download], requester(), ended)));
    expect(outbox.messages).toEqual([
      {
        subject: '[warning] payments/orders: cross-project, download',
        text: [
          'payments/orders: cross-project, download',
          '',
          'cross-project (warning): The cluster orders is restored to project staging-eu, while the backup is of project payments.',
          'download (warning): The data of cluster orders was requested as a download.',
          '',
          'Requested by ci-bot (exact).',
          `From: payments/orders (project ${PROJECT})`,
          `To: staging-eu/orders-copy (project ${STAGING})`,
          'Restore: automated, FAILED after 8 min 30 s',
          'Requested at: 2026-11-20 10:52:00 UTC',
          `Job: ${JOB}`,
          `https://api.example/jobs/${JOB}`,
        ].join('\n'),
      },
    ]);
  });

  test.each([
    [{ targetProjectId: 'c'.repeat(24) }, `To: orders-copy in project ${'c'.repeat(24)}, whose name is not known`],
    [{ targetProjectId: PROJECT, targetClusterName: 'orders' }, 'To: the same cluster'],
    [{ targetProjectId: PROJECT }, 'To: orders-copy in the same project'],
    [{ delivery: 'download' as const }, 'To: a download'],
    [{ delivery: 'unknown' as const }, 'To: how the data is delivered is not known'],
  ])('says of %j: %s', async (parts, line) => {
    const outbox = new Outbox(table);
    await outbox.take(...eventsOf(await found([download], requester(), parts)));
    expect(outbox.messages[0]?.text.split('\n')).toContain(line);
    expect(outbox.messages[0]?.text).not.toContain('http');
  });

  test('is one for all findings of a reading, whichever event comes first; a later reading has its own', async () => {
    const outbox = new Outbox(table);
    const [, ...events] = eventsOf(await found([finding(), download], requester()));
    await outbox.take(...events.reverse());
    expect(outbox.messages).toHaveLength(1);
    const failed = { ...restore, status: 'FAILED', sourceStatus: 'failed' } as const;
    const late = finding({ rule: 'failed', at: seen(5).observedAt, why: 'The restore failed.' });
    const assess = () => [finding(), download, late];
    await outbox.take(...eventsOf(await table.ledger.record(failed, seen(5), true, { assess })));
    expect(outbox.subjects[1]).toBe('[warning] payments/orders: failed');
  });

  test('is sent again neither for an event that comes again, nor for two that come at once', async () => {
    const outbox = new Outbox(table);
    const events = eventsOf(await found([finding()], requester()));
    await outbox.take(...events, ...events);
    outbox.messages.length = 0;
    await outbox.take(...events);
    expect(outbox.messages).toEqual([]);

    const both = new Outbox(await fresh());
    const [, event] = eventsOf(await found([finding()], requester()));
    let second: Promise<void> | undefined;
    both.onPublish = () => {
      second ??= both.takeBody(bodyOf(event as LedgerEvent));
      return second;
    };
    await both.take(event as LedgerEvent);
    await both.pass(60_000);
    expect(both.messages).toHaveLength(1);
  });

  test('goes to each topic once, also where one of them refuses it at first', async () => {
    const outbox = new Outbox(table, {}, ['arn:one', 'arn:two']);
    const events = eventsOf(await found([finding()], requester()));
    let refusals = 1;
    outbox.onPublish = (arn) => {
      if (arn === 'arn:two' && refusals-- > 0) throw new Error('NotFound');
    };
    await expect(outbox.take(...events)).rejects.toThrow('NotFound');
    await outbox.take(...events);
    expect(outbox.taken).toEqual(['arn:one', 'arn:two']);
  });

  test('comes again where the function died before it noted it, and not where it died before it sent it', async () => {
    const outbox = new Outbox(table);
    const events = eventsOf(await found([finding()], requester()));
    const { put } = table.table;
    let writes = 0;
    table.table.put = (...given) => {
      writes += 1;
      return writes === 2 ? Promise.reject(new Error('died')) : put.apply(table.table, given);
    };
    await expect(outbox.take(...events)).rejects.toThrow('died');
    await outbox.take(...events); // the one that died still has the claim
    await outbox.pass(60_000);
    expect(outbox.messages).toHaveLength(2);
    await outbox.take(...events);
    expect(outbox.messages).toHaveLength(2);
  });

  test('tells nothing of what is not chosen, and all where info is', async () => {
    const info = finding({ rule: 'slow', severity: 'info', why: 'It is slow.' });
    const events = eventsOf(await found([info, finding()], requester()));
    const outbox = new Outbox(table, { severities: ['critical'] });
    await outbox.take(...events);
    expect(outbox.messages).toEqual([]);
    const all = new Outbox(table, { severities: ['info', 'warning', 'critical'] });
    await all.take(...events);
    expect(all.subjects).toEqual(['[warning] payments/orders: slow, cross-project, RUNNING']);
  });
});

/** Another table, for the same functions. */
async function fresh(): Promise<EngineTable> {
  table = await engine.newTable();
  return table;
}

describe('a first reading', () => {
  const first = { ...seen(0), firstReading: true } as const;
  const recorded = (findings: Finding[]) =>
    table.ledger.record(restore, first, false, { requester: requester(), assess: () => findings });

  test('has no messages of its findings and drills: its run has the one', async () => {
    const outbox = new Outbox(table, { severities: ['info', 'warning', 'critical'] });
    await outbox.take(...eventsOf(await recorded([download])), {
      ...drill,
      detail: { ...drill.detail, firstReading: true },
    });
    expect([outbox.messages, outbox.later]).toEqual([[], []]);
    const counts = { ...noCounts(), firstLists: 4, firstFindings: 1, firstOverdue: 1 };
    await outbox.take(...runEvents(undefined, run({ counts })));
    expect(outbox.subjects).toEqual([expect.stringMatching(/^\[warning\] Collector run \w+ completed\. /)]);
  });

  test('but one of what is critical', async () => {
    const outbox = new Outbox(table);
    await outbox.take(...eventsOf(await recorded([protectedTarget])));
    expect(outbox.subjects).toEqual(['[critical] payments/orders: protected-target']);
  });
});

describe('who requested it', () => {
  test('is waited for, and the message comes as soon as it is known', async () => {
    const outbox = new Outbox(table);
    await outbox.take(...eventsOf(await found([download])));
    await outbox.pass(20_000);
    expect(outbox.messages).toEqual([]);
    await outbox.take(...eventsOf(await attributed(requester())));
    expect(outbox.messages[0]?.text).toContain('\nRequested by ci-bot (exact).\n');
    await outbox.pass(2 * WAIT_MS);
    expect(outbox.messages).toHaveLength(1);
  });

  test('is waited for no longer than the bound; the name then follows, and refers to the first message', async () => {
    const outbox = new Outbox(table);
    await outbox.take(...eventsOf(await found([download])));
    await outbox.pass(WAIT_MS - 1);
    expect(outbox.messages).toEqual([]);
    await outbox.pass(1);
    expect(outbox.messages[0]?.text).toContain('\nRequester not known yet; another message will say.\n');
    const known = eventsOf(await attributed(requester(), 5));
    await outbox.take(...known, ...known);
    expect(outbox.messages.slice(1)).toEqual([
      expect.objectContaining({ subject: '[warning] payments/orders: requested by ci-bot (exact)' }),
    ]);
    expect(outbox.messages[1]?.text).toContain(
      'This follows the message "[warning] payments/orders: download" of 2026-11-20 11:02:10 UTC.',
    );
  });

  test('is not waited for where something is critical; it follows', async () => {
    const outbox = new Outbox(table);
    await outbox.take(...eventsOf(await found([download, protectedTarget])));
    expect(outbox.subjects).toEqual(['[critical] payments/orders: download, protected-target']);
    await outbox.take(...eventsOf(await attributed({ reason: 'none' })));
    expect(outbox.subjects[1]).toBe('[critical] payments/orders: requester not known: no event fits');
  });

  test.each([
    [{ reason: 'not-read', detail: 'ATLAS_FORBIDDEN' } as const, 'Requester not known: events not readable.'],
    [{ reason: 'ambiguous' } as const, 'Requester not known: several actors fit.'],
  ])('is not waited for where it was looked for in vain: %j', async (who, line) => {
    const outbox = new Outbox(table);
    await outbox.take(...eventsOf(await found([download], who)));
    expect(outbox.messages[0]?.text.split('\n')).toContain(line);
  });

  test.each([
    ['while the message waits', [0, 1], 0],
    ['while the message waits, the other way round', [1, 0], 0],
    ['after the message', [0, 1], WAIT_MS],
    ['after the message, the other way round', [1, 0], WAIT_MS],
  ])('is told with what follows from it, in one message, %s', async (_, order, waited) => {
    const outbox = new Outbox(table);
    await outbox.take(...eventsOf(await found([download])));
    await outbox.pass(waited);
    const at = seen(0.99).observedAt;
    const more = finding({ rule: 'requester-not-listed', severity: 'critical', at, why: 'Unlisted.' });
    const events = eventsOf(await attributed(requester(), 1, [more]));
    await outbox.take(...order.flatMap((index) => events[index] ?? []));
    await outbox.pass(2 * WAIT_MS);
    const all = waited === 0 ? 'download, requester-not-listed' : 'requester-not-listed';
    const before = waited === 0 ? [] : ['[warning] payments/orders: download'];
    expect(outbox.subjects).toEqual([...before, `[critical] payments/orders: ${all}`]);
    expect(outbox.messages.at(-1)?.text).toContain('Requested by ci-bot (exact).');
  });

  test('is no news of a restore of which nothing was told', async () => {
    const outbox = new Outbox(table);
    await found([]);
    await outbox.take(...eventsOf(await attributed(requester())));
    expect([outbox.messages, outbox.later]).toEqual([[], []]);
  });

  test('a finding that is taken back while it waits is not told', async () => {
    const outbox = new Outbox(table);
    await outbox.take(...eventsOf(await found([download])));
    await table.ledger.annotate(PROJECT, JOB, seen(1), () => ({ findings: [] }));
    await outbox.pass(2 * WAIT_MS);
    expect(outbox.messages).toEqual([]);
  });
});

test('in whichever order, and however often, events come: every finding is told once, and with whom in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(3), fc.nat(WAIT_MS)), { maxLength: 8 }),
      fc.boolean(),
      async (order, critical) => {
        await fresh();
        const outbox = new Outbox(table);
        const first = eventsOf(await found(critical ? [download, protectedTarget] : [download]));
        const steps: LedgerEvent[] = [...first];
        const known = async () => steps.push(...eventsOf(await attributed(requester())));
        const knownAt = order[0]?.[0] ?? 0;
        for (const [index, [which, ms]] of order.entries()) {
          if (index === knownAt) await known();
          await outbox.take(steps[which % steps.length] as LedgerEvent);
          await outbox.pass(ms);
        }
        if (order.length <= knownAt) await known();
        await outbox.take(...steps);
        await outbox.pass(2 * WAIT_MS);
        const news = outbox.messages.filter(({ text }) => !text.includes('This follows'));
        expect(news).toHaveLength(1);
        expect(news[0]?.text).toContain('download (warning)');
        expect(outbox.messages.at(-1)?.text).toMatch(/requested by ci-bot/i);
        expect(outbox.messages.length).toBeLessThanOrEqual(2);
      },
    ),
    { numRuns: 60 },
  );
});

test('hostile names change nothing: no control character, no link, one line each', async () => {
  const hostile = 'a\u001b[31m\n\u202eb https://evil.example/x?sig=1 ü';
  const outbox = new Outbox(table);
  const who = requester({ actor: { kind: 'user', name: hostile } });
  const why = { ...finding(), why: hostile };
  const parts = { projectName: hostile, clusterName: hostile, targetClusterName: hostile };
  await outbox.take(...eventsOf(await found([why], who, parts)));
  const [{ subject, text } = { subject: '', text: '' }] = outbox.messages;
  expect(text.split('\n')).toHaveLength(10);
  expect(text).not.toMatch(/[^\P{C}\n]|evil\.example/u);
  expect(subject).toMatch(/^[ -~]{1,99}$/);
});

describe('what is about no restore', () => {
  test('is told in its own words, once', async () => {
    const outbox = new Outbox(table, { apiUrl: 'https://api.example' });
    await outbox.take(drill, drill);
    expect(outbox.messages).toEqual([
      {
        subject: '[warning] payments: 1 cluster is overdue for a restore drill.',
        text: `${drill.detail.message}\nhttps://api.example/clusters?projectId=${PROJECT}`,
      },
    ]);
  });

  test.each([
    ['nothing', 'message: expected an event as JSON, got something else'],
    [JSON.stringify({ ...drill, source: 'aws.s3' }), 'source: got something else than expected (invalid_value)'],
    [JSON.stringify({ ...drill, detail: { ...drill.detail, id: 7 } }), /^detail.id: got something else than expected/],
  ])('what is no event of ours is refused, and not quoted: %s', async (body, error) => {
    await expect(new Outbox(table).takeBody(body)).rejects.toThrow(error);
  });
});
