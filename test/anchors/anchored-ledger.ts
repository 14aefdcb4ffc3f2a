// test/anchors/anchored-ledger.ts: a ledger of two projects, and anchors of it on the days that are asked for.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { readArchive } from '../../functions/anchors/archive.ts';
import { AnchorComparison } from '../../functions/anchors/check.ts';
import { checkAnnouncements } from '../../functions/anchors/check-announcements.ts';
import { takeAnchor } from '../../functions/anchors/take-anchor.ts';
import { NO_IDS, toggled } from '../../functions/ledger/model/id-set.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { verifyAll } from '../../functions/proof/verify/verify-all.ts';
import { localSigner, type Signer } from '../../functions/signing/signer.ts';
import { DirectoryStore } from '../../local/anchors/directory-store.ts';
import { testEngine } from '../ledger/engines.ts';
import { idAt, job, PROJECT, RUN, seen } from '../ledger/jobs.ts';

export const OTHER = 'bbbbbbbbbbbbbbbbbbbbbbbb';

export const newSigner = () =>
  localSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);

interface Taking {
  signer?: Signer;
  isOutOfTime?: () => boolean;
  signal?: AbortSignal;
  onProject?: () => void;
  retentionDays?: number;
}

/** To be called once in a test file: ledgers with stores of their own. */
export function anchoredLedgers() {
  const engine = testEngine();
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'anchors-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  return async function anchoredLedger(name: string) {
    const { ledger, table, remove } = await engine.newTable();
    const store = new DirectoryStore(join(directory, name));
    const signer = newSigner();
    const ids = ['2026-11-20T10:00:00Z', '2026-11-20T11:00:00Z', '2026-11-21T10:00:00Z'].map((at) => idAt(at));
    const [first = '', second = '', third = ''] = ids;
    const of = (projectId: string, jobs: string[]) => ({
      ...{ projectId, projectName: `name of ${projectId.slice(0, 2)}`, revision: 0, runId: RUN },
      ...{ discovery: {}, clusters: {}, recorded: jobs.length, recordedIds: toggled(NO_IDS, jobs) },
    });
    const jobs = [job({ jobId: first }), job({ jobId: second }), job({ jobId: third, projectId: OTHER })];
    for (const each of jobs) await ledger.record(each, seen(0));
    await ledger.saveCoverage(PROJECT, () => of(PROJECT, [first, second]));
    await ledger.saveCoverage(OTHER, () => of(OTHER, [third]));
    const take = (day: string, { retentionDays, ...ports }: Taking = {}) =>
      takeAnchor(
        { ledger, store, signer, now: () => Date.parse(`${day}T00:05:00Z`), ...ports },
        { ledgerName: 'synthetic', retentionDays },
      );
    const compare = async (now: string, keys = [signer]) => {
      const publicKeys = await Promise.all(keys.map((key) => key.publicKey()));
      const ms = Date.parse(`${now}T12:00:00Z`);
      const { archive, anchored } = await readArchive(store, { keys: publicKeys, now: ms });
      const comparison = new AnchorComparison(anchored, ms);
      const results = await listOf(verifyAll(ledger, { anchored: comparison, progress: { show: () => {} } }));
      const projectIds = results.map(({ projectId }) => projectId);
      const announcements = await checkAnnouncements(ledger, anchored, projectIds);
      return { archive, check: comparison.result(), announcements };
    };
    return { ledger, table, remove, store, jobs, take, compare, signer };
  };
}
