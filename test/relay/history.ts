// test/relay/history.ts: what a spoke's collectors and people write, and how events of it reach a hub.
import fc from 'fast-check';
import { NO_IDS, toggled } from '../../functions/ledger/model/id-set.ts';
import { MAX_ITEM_BYTES } from '../../functions/ledger/model/item-size.ts';
import type { JobSummary, Ledger } from '../../functions/ledger/model/ledger.ts';
import { noCounts } from '../../functions/ledger/model/run.ts';
import { ownerKey } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { receive } from '../../functions/relay/hub.ts';
import { isOpen } from '../../functions/restore/job.ts';
import type { GapReason } from '../../functions/schema/words.ts';
import { coverageRows } from '../../functions/views/coverage.ts';
import { AT, cluster, coverage } from '../ledger/coverages.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../ledger/jobs.ts';
import { list, NOW } from '../ledger/table.ts';
import { SPOKE_ACCOUNT } from './spoke.ts';

export const now = () => Date.parse(NOW);
export const log = { debug() {}, info() {}, warn() {}, error() {} } as never;
export const ORGANIZATION = 'o-exampleorg';
export const SPOKE = `${SPOKE_ACCOUNT}/eu-west-1/AtlasRestoreLedger`;
export const HUB_REASONS: ReadonlySet<string> = new Set<GapReason>(['hub-behind', 'spoke-silent', 'project-contested']);
export const PROJECTS = [PROJECT, 'b'.repeat(24)];

export const receiving = (table: Table, bodies: readonly string[]) =>
  receive(bodies, { table, log, now }, { organizationId: ORGANIZATION });

const TAGS = [{ key: 'env', value: 'prod' }, { key: 'token' }];

/** A coverage as a collector saves it: it counts the jobs that are there, and says since when all are settled. */
export async function cover(ledger: Ledger, projectId: string, wide = false) {
  const jobs = await list(ledger.projectJobs(projectId));
  const open = jobs.filter(({ status }) => isOpen(status)).map(({ requestedAt }) => requestedAt);
  const settledThrough = [AT, ...open].sort()[0] ?? AT;
  const orders = cluster('orders');
  const isListed = jobs.filter(({ status, vanishedAt }) => isOpen(status) && vanishedAt === undefined);
  const dedicated = { ...orders.lists.dedicated, settledThrough, open: isListed.length };
  const text = wide ? { x: Buffer.alloc(MAX_ITEM_BYTES / 2, 'y').toString() } : {};
  const more = wide ? ['w1', 'w2', 'w3'].map((name) => cluster(name, text)) : [];
  await ledger.saveCoverage(projectId, (stored) => ({
    ...stored,
    ...coverage(projectId, [
      { ...orders, tags: TAGS, drillNotKnown: true, lists: { dedicated } } as typeof orders,
      ...more,
    ]),
    revisions: { total: jobs.reduce((sum, { revision }) => sum + revision, 0), countedAt: NOW },
    recorded: jobs.length,
    recordedIds: toggled(
      NO_IDS,
      jobs.map(({ jobId }) => jobId),
    ),
  }));
}

export async function endRun(ledger: Ledger, runId = RUN, startedAt = NOW) {
  await ledger.startRun({
    ...{ runId, trigger: 'schedule', scope: {}, full: false, startedAt, status: 'running', failures: [] },
    ...{ counts: noCounts() },
  } as never);
  await ledger.endRun(runId, { what: 'run', code: 'X', message: 'x' });
}

export interface Step {
  what: 'new' | 'end' | 'vanish' | 'requester' | 'coverage' | 'wide' | 'archive' | 'project';
  project: number;
  job: number;
  minute: number;
}
export const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom(
      ...(['new', 'new', 'end', 'end', 'vanish', 'requester', 'coverage', 'coverage'] as const),
      ...(['wide', 'archive', 'project'] as const),
    ),
    project: fc.nat(1),
    job: fc.nat(3),
    minute: fc.nat(30),
  }),
  { maxLength: 25 },
);

export async function apply(ledger: Ledger, { what, project, job: number, minute }: Step) {
  const projectId = PROJECTS[project] ?? '';
  const running = job({ projectId, jobId: idAt('2026-11-20T10:00:00Z', `${project}-${number}`) });
  if (what === 'new') await ledger.record(running, seen(minute));
  if (what === 'end') await ledger.record(completed(running), seen(minute));
  const known = (await ledger.lookUp(projectId, [running.jobId])).length > 0;
  if (what === 'vanish' && known) await ledger.markVanished(projectId, running.jobId, seen(minute));
  if (what === 'requester' && known)
    await ledger.annotate(projectId, running.jobId, seen(minute), () => ({ requester: { reason: 'none' } }));
  if (what === 'coverage' || what === 'wide') await cover(ledger, projectId, what === 'wide');
  if (what === 'archive') await ledger.archiveCluster(projectId, cluster(`gone-${number}`));
  if (what !== 'project') return;
  await ledger.saveKnownProject(projectId, (stored) => ({
    ...{ projectId, revision: 0, firstSeenAt: AT, changes: [], accounts: { one: { since: AT } } },
    ...stored,
    projectName: `named ${minute}`,
  }));
}

/** What happens to events on their way: each is lost or comes one to three times, in any order, in batches. */
export const delivery = (mayLose: boolean) =>
  fc.record({
    times: fc.array(fc.constantFrom(...(mayLose ? [0, 1, 1, 2] : [1, 1, 2, 3])), { minLength: 10, maxLength: 60 }),
    order: fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 120 }),
    batch: fc.integer({ min: 1, max: 10 }),
  });

export function delivered(
  sent: readonly string[],
  how: { times: number[]; order: number[]; batch: number },
): string[][] {
  const all = sent.flatMap((body, n) => Array<string>(how.times[n % how.times.length] ?? 1).fill(body));
  const keyed = all.map((body, n) => ({
    body,
    rank: (how.order[n % how.order.length] ?? 0) * 1_000 + ((n * 7) % 1_000),
  }));
  const shuffled = keyed.sort((a, b) => a.rank - b.rank).map(({ body }) => body);
  return Array.from({ length: Math.ceil(shuffled.length / how.batch) }, (_, n) =>
    shuffled.slice(n * how.batch, (n + 1) * how.batch),
  );
}

export const ofHub = ({ accountId: _, organizationId: __, ...job }: JobSummary) => job;
export const reasons = async (table: Table, ledger: Ledger, projectId: string) => {
  for await (const facts of ledger.projects())
    if (facts.projectId === projectId)
      return coverageRows(facts, { now: now() }).flatMap(({ gaps }) => gaps.map(({ reason }) => String(reason)));
  return (await table.get(ownerKey(projectId))) ? ['never-read'] : [];
};
