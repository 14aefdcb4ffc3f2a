import { join } from 'node:path';
import { expect, test } from 'vitest';
import { INDEXES, type IndexName } from '../../../functions/ledger/model/table.ts';
import { jobSk, projectPk } from '../../../functions/ledger/table/keys.ts';
import { type AtlasSimulator, startAtlas } from '../../../local/atlas/server.ts';
import { SqliteTable } from '../../../local/sqlite/sqlite-table.ts';
import { allJobIds } from '../../deploy/world.ts';
import { list } from '../../ledger/table.ts';
import { accessTo, CommandLine, valuesOf } from '../command-line.ts';

/** `npm run test:kills` makes 200. */
const KILLS = Number(process.env.KILLS ?? 4);
/** Of one first collection: each goes on from what the last one left. */
const KILLS_A_WORLD = Math.min(KILLS, 8);
const WORLD = { projects: 2, clusters: 3, jobs: 250 };
const JOBS = WORLD.projects * WORLD.clusters * WORLD.jobs;

const worlds = Array.from({ length: Math.ceil(KILLS / KILLS_A_WORLD) }, (_, seed) => seed + 1);

test.each(worlds)(
  'a first collection that is killed over and over loses no job and doubles none: world %i',
  async (seed) => {
    await using atlas = await startAtlas({ ...WORLD, seed });
    await using shell = await CommandLine.open(accessTo(atlas));
    const dataDir = join(shell.dir, '.ledger');
    for (let kill = 0; kill < KILLS_A_WORLD; kill++) {
      const jobs = Math.floor(((kill + Math.random()) / KILLS_A_WORLD) * JOBS);
      const collecting = shell.start(['collect']);
      await recorded(dataDir, atlas, Math.max(1, jobs));
      collecting.signal(kill % 2 === 0 ? 'SIGKILL' : 'SIGINT');
      if (kill % 2 === 1) {
        await new Promise((resolve) => setTimeout(resolve, 5)); // two of one kind at once are one
        collecting.signal('SIGINT');
      }
      await collecting.ended;
      expect(await differences(dataDir)).toEqual([]);
    }
    expect(await shell.run(['collect'])).toMatchObject({ code: 0, stdout: expect.stringContaining('complete') });
    expect(await idsIn(dataDir)).toEqual(allJobIds(atlas.world));
    const full = valuesOf((await shell.run(['collect', '--full'])).stdout);
    expect(full).toMatchObject({ result: 'complete', 'jobs seen': String(JOBS), new: '0' });
    expect(await idsIn(dataDir)).toEqual(allJobIds(atlas.world));
    const { code, stdout } = await shell.run(['verify']);
    expect({ code, ...valuesOf(stdout) }).toMatchObject({ code: 0, result: 'unbroken', jobs: String(JOBS) });
  },
  600_000,
);

/** Reads beside the collection until it has recorded so many jobs. */
async function recorded(dataDir: string, atlas: AtlasSimulator, jobs: number) {
  for (let table: SqliteTable | undefined; ; ) {
    table ??= await SqliteTable.open({ dataDir }).catch(() => undefined); // it isn't made yet
    const counts = atlas.world.projects.map(({ id }) =>
      table?.count({ partition: projectPk(id), beginsWith: jobSk('') }),
    );
    if ((await Promise.all(counts)).reduce((sum: number, count = 0) => sum + count, 0) >= jobs) {
      await table?.[Symbol.asyncDispose]();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

async function idsIn(dataDir: string): Promise<string[]> {
  await using table = await SqliteTable.open({ dataDir });
  const items = await list(table.scan({ fields: ['jobId'] }));
  return items.flatMap(({ jobId }) => (jobId === undefined ? [] : [String(jobId)])).sort();
}

/** Jobs that an index has and the table has not, or the other way round, or in another status. */
async function differences(dataDir: string): Promise<string[]> {
  await using table = await SqliteTable.open({ dataDir });
  const fields = ['pk', 'sk', 'jobId', 'status'];
  const jobsOf = async (index?: IndexName) => {
    const items = await list(table.scan({ fields, ...(index ? { index } : {}) }));
    return new Set(items.filter(({ jobId }) => jobId !== undefined).map((item) => JSON.stringify(item)));
  };
  const inTable = await jobsOf();
  const differing = (Object.keys(INDEXES) as IndexName[]).map(async (index) => {
    const inIndex = await jobsOf(index);
    return [...without(inTable, inIndex), ...without(inIndex, inTable)].map((job) => `${index}: ${job}`);
  });
  return (await Promise.all(differing)).flat();
}

const without = (some: ReadonlySet<string>, others: ReadonlySet<string>) => [...some].filter((one) => !others.has(one));
