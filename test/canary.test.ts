// A marked secret in every field that hands out data, of every kind of job, looked for in everything that the system keeps or says.

import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { fixedCredentials } from '../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../functions/atlas/client.ts';
import { runLocally } from '../functions/collector/run/local-run.ts';
import type { Log, LogFields } from '../functions/platform/log.ts';
import { newObjectId } from '../functions/restore/object-id.ts';
import { MINUTE } from '../local/atlas/base/time.ts';
import { startAtlas } from '../local/atlas/server.ts';
import { ManualClock } from '../local/manual-clock.ts';
import { KIND_LIST } from './collector/system.ts';
import { testEngine } from './ledger/engines.ts';

const CANARY = 'CANARY-5c1b9e';

const engine = testEngine();

test('a delivery URL, a key or a token reaches neither table, log, error nor progress', async () => {
  const clock = new ManualClock();
  await using atlas = await startAtlas({
    clock,
    canary: CANARY,
    serverless: 'alive',
    projects: 2,
    clusters: 6,
    jobs: 40,
    activityPerMinute: 2,
  });
  const said: string[] = [];
  const say = (message: string, fields?: LogFields) => void said.push(inspect({ message, fields }, { depth: 20 }));
  const log: Log = { debug: say, info: say, warn: say, error: say };
  await using own = await engine.newTable(() => clock.now());
  const { ledger, table } = own;
  const secrets = [CANARY, atlas.apiKey.privateKey, atlas.serviceAccount.clientSecret];

  // The canary is where it should be: Atlas does send it, for every kind that has such fields.
  const planted = new Set<string>();
  const { privateKey, publicKey } = atlas.apiKey;
  const credentials = [
    { type: 'apiKey' as const, publicKey, privateKey },
    { type: 'serviceAccount' as const, ...atlas.serviceAccount },
  ];
  for (const one of credentials) {
    await using reader = new AtlasClient({ credentials: fixedCredentials(one), baseUrl: atlas.url, clock, log });
    const accounts = [{ name: 'canary', atlas: reader }];
    const onRecorded = (recorded: unknown) => say('recorded', { recorded });
    for (let run = 0; run < 3; run++) {
      const request = { runId: newObjectId(new Date(clock.now())), trigger: 'command' as const, full: true };
      const { parts } = await runLocally(request, { accounts, ledger, log, clock, onRecorded });
      say('parts', { parts });
      clock.advance(40 * MINUTE);
    }
    for (const { id: projectId } of atlas.world.projects) {
      for (const { name: clusterName } of atlas.world.clusters(projectId)) {
        for (const kind of KIND_LIST) {
          const raw = await reader.rawList({ kind, projectId, clusterName, itemsPerPage: 500 }).catch((error) => error);
          say('raw', { raw });
          if (!(raw instanceof Error)) planted.add(kind);
        }
      }
    }
  }
  expect(planted).toEqual(new Set(KIND_LIST));

  // Errors of every sort, with a body that repeats what was asked and what is secret.
  for (const fault of [
    { type: 'cutBody' as const },
    { type: 'wrongJson' as const },
    { type: 'status' as const, status: 500 },
    { type: 'status' as const, status: 401 },
  ]) {
    const remove = atlas.faults.add({ when: {}, fault });
    await using reader = new AtlasClient({
      credentials: fixedCredentials(credentials[0] as (typeof credentials)[0]),
      baseUrl: atlas.url,
      clock,
      log,
    });
    const accounts = [{ name: 'canary', atlas: reader }];
    const result = await runLocally(
      { runId: newObjectId(new Date(clock.now())), trigger: 'command' },
      { accounts, ledger, log, clock },
    );
    say('failed', { result });
    remove();
  }

  const kinds = new Set<string>();
  let urls = 0;
  for await (const item of table.scan()) {
    if (item.kind !== undefined && Number(item.deliveryUrlCount) > 0) kinds.add(String(item.kind));
    urls += Number(item.deliveryUrlCount ?? 0);
    for (const secret of secrets) expect(JSON.stringify(item)).not.toContain(secret);
  }
  // That they were there is known all the same: how many, never which. Collection-level jobs quote one in an error text.
  // A collection-level job has no delivery: its URL stood in a message.
  expect(kinds).toEqual(new Set(KIND_LIST.filter((kind) => kind !== 'collection')));
  expect(urls).toBeGreaterThan(10);
  expect(said.length).toBeGreaterThan(100);
  for (const line of said) for (const secret of secrets) expect(line).not.toContain(secret);
});
