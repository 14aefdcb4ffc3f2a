// The Atlas-compatible view against our schemas of Atlas's answers and, where it is at hand, MongoDB's specification.

import { describe, expect, test } from 'vitest';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { KINDS, type Kind } from '../../functions/schema/words.ts';
import { serveApi } from '../../local/serve.ts';
import { KIND_LIST, System } from '../collector/system.ts';
import { jobExchanges, SPECIFICATIONS, SYNTHETIC } from '../fixtures/exchanges.ts';
import { testEngine } from '../ledger/engines.ts';
import { job, PROJECT } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { API, type AtlasList, accepting, departures, pathOf, schemaRef } from './atlas-api.ts';
import { resolved } from './json-schema.ts';
import { startService } from './service.ts';

const engine = testEngine();

/** A copy error of the specification: what an increment counts is far below (docs/atlas.md#1-3), and Atlas sends it. */
const SMALL_INCREMENT = /\.desiredTimestamp\.increment: \d+ is under 1199145600$/;
const wrongs = (schema: string, value: unknown) =>
  departures(schema, value).filter((wrong) => !SMALL_INCREMENT.test(wrong));

for (const { name, specification, skip } of SPECIFICATIONS) {
  test.skipIf(skip)(`${name} describe each kind, and are what the rest is checked against`, () => {
    for (const schema of KINDS.flatMap((kind) => [API[kind].one, API[kind].list])) {
      expect(resolved(specification, schemaRef(schema))).toMatchObject({ type: 'object' });
    }
  });
}

describe('what the collector read from Atlas', () => {
  const CANARY = 'CANARY-77aa01';

  test('every list and every job of every kind validates', async () => {
    await using system = await System.start(engine, {
      ...{ canary: CANARY, serverless: 'alive', projects: 2, clusters: 8, jobs: 30 },
    });
    const { table } = await engine.newTable();
    const now = () => system.clock.now();
    const ledger = ledgerReader({ table, now });
    await system.run({ full: true }, { ledger });
    await using api = await serveApi({ ledger, log: silentLog, now });
    const shown = new Map<Kind, number>();
    for (const { id: projectId } of system.atlas.world.projects) {
      for (const { name } of system.atlas.world.clusters(projectId)) {
        for (const kind of KIND_LIST) {
          const jobs = system.jobsOf(projectId, name, kind);
          if (jobs.length === 0) continue;
          const url = `${api.url}${pathOf(kind, projectId, name)}`;
          const response = await fetch(`${url}?itemsPerPage=500`, { headers: accepting(API[kind].version) });
          const text = await response.text();
          expect(text).not.toContain(CANARY);
          const list = JSON.parse(text) as AtlasList;
          expect(wrongs(API[kind].list, list)).toEqual([]);
          expect(list.totalCount).toBe(jobs.length);
          expect(list.results.map(({ id }) => id)).toEqual(
            jobs
              .map(({ id }) => id)
              .sort()
              .reverse(),
          );
          const [newest] = list.results;
          const one = await fetch(`${url}/${newest?.id}`, { headers: accepting(API[kind].version) });
          expect(await one.json()).toEqual(newest);
          shown.set(kind, (shown.get(kind) ?? 0) + jobs.length);
        }
      }
    }
    expect([...shown.keys()].sort()).toEqual([...KINDS].sort());
  });
});

describe('shapes that Atlas sends and its specification refuses', () => {
  const nothing = { increment: null, time: null, date: null };
  test.each([
    ['a null timestamp', 'dedicated', { desiredTimestamp: nothing, deliveryType: 'automated' }],
    ['a small increment', 'dedicated', { desiredTimestamp: { increment: 7, date: NOW }, deliveryType: 'pointInTime' }],
    ['a download without a target', 'serverless', { deliveryType: 'download', desiredTimestamp: nothing }],
    [
      'a download with secrets',
      'dedicated',
      {
        deliveryType: 'download',
        deliveryUrl: ['https://a/CANARY'],
        components: [{ replicaSetName: 'a', downloadUrl: 'https://a/CANARY' }],
      },
    ],
    ['a flex download', 'flex', { deliveryType: 'DOWNLOAD', status: 'COMPLETED', snapshotUrl: 'https://a/CANARY' }],
    ['nulls in lists', 'collection', { state: 'FAILED', databases: [null], errorMessage: 'at https://a/CANARY' }],
  ] as const)('%s comes out valid and without secrets', async (_, kind, atlas) => {
    await using service = await startService(engine);
    const one = job({ kind });
    await service.add({ ...one, atlas: { id: one.jobId, ...atlas } });
    const path = `${pathOf(kind, PROJECT, 'orders')}/${one.jobId}`;
    const body = await service.json<{ deliveryUrl?: unknown; desiredTimestamp?: unknown }>(
      path,
      accepting('2025-03-12'),
    );
    expect(wrongs(API[kind].one, body)).toEqual([]);
    if ('desiredTimestamp' in atlas && atlas.desiredTimestamp.increment)
      expect(body.desiredTimestamp).toEqual(atlas.desiredTimestamp);
    expect(JSON.stringify(body)).not.toContain('CANARY');
    if (kind === 'dedicated' || kind === 'serverless') expect(body.deliveryUrl).toEqual([]);
  });
});

test('the synthetic jobs validate, but for the nulls that Atlas sends', () => {
  for (const { kind, jobs } of jobExchanges(SYNTHETIC)) {
    for (const sent of jobs) {
      expect(wrongs(API[kind].one, sent).filter((wrong) => !/^\$\.desiredTimestamp\.\w+: .*null/.test(wrong))).toEqual(
        [],
      );
    }
  }
});
