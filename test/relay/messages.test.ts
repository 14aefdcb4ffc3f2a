// What people are told by a spoke and by its hub: from the writes of a collector, over the rules of both stacks, to a subscriber of each.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordEvents } from '../../functions/events/delivery/stream-record.ts';
import { announce } from '../../functions/ledger/announcing/announce.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { expectedKey } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import type { Requester } from '../../functions/restore/requesters/requester.ts';
import { Outbox, WAIT_MS } from '../events/messages/outbox.ts';
import { finding, requester } from '../events/samples.ts';
import { imageOf, streamRecord } from '../events/table-stream.ts';
import { testEngine } from '../ledger/engines.ts';
import { job, PROJECT, seen } from '../ledger/jobs.ts';
import { matches, type Pattern } from '../lib/services/event-pattern.ts';
import { templateOf } from '../lib/template.ts';
import { now, receiving } from './history.ts';
import { observed, SPOKE_ACCOUNT, wrapped } from './spoke.ts';

const HUB = { role: 'hub', organizationId: 'o-exampleorg' };
const SPOKE = { role: 'spoke', hubBusArn: 'arn:aws:events:eu-west-1:999999999999:event-bus/Hub' };
const { jobId } = job();
const download = finding({ rule: 'download', why: 'The data was requested as a download.' });
const failed = finding({ rule: 'failed', at: seen(5).observedAt, why: 'The restore failed.' });

/** Of those rules of a stack whose ids begin so: which events go to their targets. */
function rules(given: Record<string, unknown>, start: string): (body: string) => boolean {
  const found = Object.entries(templateOf(given).findResources('AWS::Events::Rule')).filter(([id]) =>
    id.startsWith(start),
  );
  expect(found.length).toBeGreaterThan(0);
  const patterns: Pattern[] = found.map(([, { Properties }]) => Properties.EventPattern);
  return (body) => patterns.some((pattern) => matches(JSON.parse(body), pattern));
}
const toldHere = rules(SPOKE, 'Messages');
const forwarded = rules(SPOKE, 'ForwardingRule');
const toldThere = rules(HUB, 'Messages');
const recordedThere = rules(HUB, 'HubRule');

const engine = testEngine();
let ledger: Ledger;
let spokeTable: Table;
let hubTable: Table;
/** What the bus of the spoke has carried. */
let published: string[];
/** What subscribers get of the spoke, and of the hub. */
let here: Outbox;
let there: Outbox;

async function setUp() {
  const [spoke, hub] = [await engine.newTable(), await engine.newTable()];
  published = [];
  const [ledgerName, everyMinutes] = ['AtlasRestoreLedger', 15];
  const options = { ledgerName, spoke: { ledger: ledgerName, everyMinutes } };
  spokeTable = observed(spoke.table, (before, after) => {
    const record = streamRecord(before && imageOf(before), imageOf(after), published.length);
    published.push(...recordEvents(record, options).map((event) => wrapped(event, SPOKE_ACCOUNT)));
  });
  ledger = tableLedger({ table: spokeTable, now });
  hubTable = hub.table;
  here = new Outbox(spoke);
  there = new Outbox(hub);
}
beforeEach(setUp);

const found = (who: Requester = requester()) =>
  ledger.record(job(), seen(0), false, { requester: who, assess: () => [download] });
const attributed = () => ledger.annotate(PROJECT, jobId, seen(1), () => ({ requester: requester() }));
const ended = () =>
  ledger.record({ ...job(), status: 'FAILED', sourceStatus: 'FAILED' }, seen(5), true, {
    assess: () => [download, failed],
  });

/** By queue of the hub. */
function arriving() {
  const all = published.splice(0);
  const inHub = all.filter(forwarded);
  return { all, records: inHub.filter(recordedThere), events: inHub.filter(toldThere) };
}

/** All at once, the records first. */
async function arrive(): Promise<void> {
  const { all, records, events } = arriving();
  for (const body of all.filter(toldHere)) await here.takeBody(body);
  expect(await receiving(hubTable, records)).toEqual([]);
  for (const body of events) await there.takeBody(body);
}

describe('a subscriber', () => {
  test('of the spoke gets a finding once, and so does one of the hub: who has both is told twice', async () => {
    await found();
    await arrive();
    expect(here.subjects).toEqual(['[warning] payments/orders: download']);
    expect(there.messages).toEqual(here.messages);
    await ended();
    await arrive();
    expect(here.subjects.slice(1)).toEqual(['[warning] payments/orders: failed']);
    expect(there.messages).toEqual(here.messages);
  });

  test('of the hub hears of an announced restore that did not come, though the hub takes no announcements', async () => {
    const by = { kind: 'user', name: 'ada', selfDeclared: true } as const;
    const request = {
      projectId: PROJECT,
      clusterName: 'orders',
      targetClusterName: 'copy',
      until: '2026-11-20T14:00:00.000Z',
    };
    const { expected } = await announce(
      spokeTable,
      { ...request, restores: 1 },
      { by, at: '2026-11-20T10:00:00.000Z' },
    );
    await ledger.saveExpectedRestore(expected, { missedAt: '2026-11-21T10:00:00.000Z' });
    await arrive();
    expect(here.messages).toEqual([
      expect.objectContaining({ text: expect.stringContaining('an announced restore did not come') }),
    ]);
    expect(there.messages).toEqual(here.messages);
    expect(await hubTable.get(expectedKey(PROJECT, expected.expectedRestoreId))).toBeUndefined();
  });
});

describe('an event that is in the hub before its record', () => {
  const older = 'the job in the table is older than the event';

  test('waits for it: of the job as it was before, nothing would be told, now or later', async () => {
    await found();
    const first = arriving();
    for (const body of first.events) await expect(there.takeBody(body)).rejects.toThrow('not in the table');
    expect(there.messages).toEqual([]);
    await receiving(hubTable, first.records);
    for (const body of first.events) await there.takeBody(body);
    await ended();
    const second = arriving();
    for (const body of second.events) await expect(there.takeBody(body)).rejects.toThrow(older);
    expect(there.subjects).toEqual(['[warning] payments/orders: download']);
    await receiving(hubTable, second.records);
    for (const body of second.events) await there.takeBody(body);
    expect(there.subjects.slice(1)).toEqual(['[warning] payments/orders: failed']);
  });

  test('so does that of a requester, also where nothing was told of the job yet', async () => {
    await found({ reason: 'pending' });
    const first = arriving();
    await receiving(hubTable, first.records);
    await attributed();
    const second = arriving();
    for (const body of second.events) await expect(there.takeBody(body)).rejects.toThrow(older);
    for (const body of first.events) await there.takeBody(body);
    await there.pass(WAIT_MS);
    expect(there.messages.at(-1)?.text).toContain('Requester not known yet; another message will say.');
    await receiving(hubTable, second.records);
    for (const body of second.events) await there.takeBody(body);
    expect(there.subjects.at(-1)).toBe('[warning] payments/orders: requested by ci-bot (exact)');
  });

  test('in whichever order the two queues are read: every finding is told once, and with whom in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 12 }), async (order) => {
        await setUp();
        await found({ reason: 'pending' });
        await attributed();
        await ended();
        const { records, events } = arriving();
        // As SQS does: what throws comes again.
        const tell = async (body: string) => {
          try {
            await there.takeBody(body);
          } catch (error) {
            expect(String(error)).toMatch(/older than the event|not in the table/);
            events.push(body);
          }
        };
        for (const [isRecord, nth] of order) {
          const queue = isRecord ? records : events;
          const [body] = queue.splice(nth % Math.max(1, queue.length), 1);
          if (body !== undefined) await (isRecord ? receiving(hubTable, [body]) : tell(body));
          await there.pass(WAIT_MS / 4);
        }
        await receiving(hubTable, records);
        for (const body of events.splice(0)) await tell(body);
        await there.pass(2 * WAIT_MS);
        expect(events).toEqual([]);
        const text = there.messages.map((message) => message.text).join('\n');
        expect(text.match(/download \(warning\)/g)).toHaveLength(1);
        expect(text.match(/failed \(warning\)/g)).toHaveLength(1);
        expect(text).toMatch(/requested by ci-bot/i);
      }),
      { numRuns: 25 },
    );
  });
});
