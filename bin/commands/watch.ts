// bin/commands/watch.ts follows one restore job to its end, and records each change on the way.
import { Command } from 'commander';
import type { JobList } from '../../functions/atlas/atlas.ts';
import type { AtlasClient } from '../../functions/atlas/client.ts';
import { AtlasError } from '../../functions/atlas/errors.ts';
import { systemClock } from '../../functions/clock.ts';
import { LedgerError } from '../../functions/ledger/errors.ts';
import type { JobSummary, Ledger } from '../../functions/ledger/ledger.ts';
import { isOpen, KINDS, type Kind, type Source, type Status } from '../../functions/restore/job.ts';
import { normalise } from '../../functions/restore/normalise.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import type { Context } from './context.ts';
import { atlasAccounts } from './credentials.ts';
import { CommandError, EXIT, type ExitCode, Interrupted, UsageError } from './errors.ts';
import { amount, clusterName, objectId, oneOf, projectId } from './flags.ts';
import { unlessRaised } from './interrupt.ts';
import { styleOf, targetOf } from './job-table.ts';
import { plain } from './plain.ts';
import { span, utc, utcClock } from './times.ts';
import { openLedger, type Where, type WhereFlags, whereToWrite, withWhere } from './where-to-write.ts';

interface WatchFlags extends WhereFlags {
  project?: string;
  cluster?: string;
  kind?: Kind;
  interval: number;
  timeout?: number;
}

export function watchCommand(context: Context): Command {
  const command = new Command('watch')
    .description('follow one restore job to its end, recording each change')
    .argument('<id>', 'of the job: 24 hex digits', (text: string) => objectId('ID', 'a job id', text))
    .addOption(
      projectId('--project <id>', 'where the job is; needed, with --cluster and --kind, where the ledger lacks it'),
    )
    .addOption(clusterName('--cluster <name>', 'see --project'))
    .addOption(oneOf('--kind <kind>', `see --project; ${KINDS.join(', ')}`, KINDS))
    .addOption(amount('--interval <seconds>', 'between two looks', { least: 0.1, most: 86_400 }).default(10))
    .addOption(amount('--timeout <seconds>', 'give up after so long (default: never)', { least: 0, most: 8_640_000 }))
    .addHelpText(
      'after',
      `
Exit code: 0 COMPLETED, or READY for a download; 4 FAILED, 5 CANCELLED, 6 EXPIRED; 124 not settled before --timeout;
1 the job, Atlas or the ledger could not be read, 2 wrong usage, 130 Ctrl-C.

Examples:
  $ restore-ledger watch 65a1b2c3d4e5f60718293a4b && ./verify-restored-data
  $ restore-ledger watch 65a1b2c3d4e5f60718293a4b --project 5f0b... --cluster Cluster0 --kind dedicated --interval 30`,
    );
  return withWhere(command).action((id: string, flags: WatchFlags) => watch(id, flags, context));
}

const EXIT_CODES: Record<Status, ExitCode> = {
  PENDING: EXIT.failed,
  RUNNING: EXIT.failed,
  READY: EXIT.ok,
  COMPLETED: EXIT.ok,
  FAILED: EXIT.jobFailed,
  CANCELLED: EXIT.jobCancelled,
  EXPIRED: EXIT.jobExpired,
};
/** Failures in a row that are put up with; the client has tried each call several times already. */
const PATIENCE = 5;

async function watch(id: string, flags: WatchFlags, context: Context) {
  const where = whereToWrite(flags, context.env);
  const place = placeOf(flags);
  await using accounts = await atlasAccounts(context);
  const stored = await usingLedger(where, place !== undefined, (ledger) => ledger.job(id));
  const source = stored ? sourceOf(stored) : place?.source;
  const kind = stored?.kind ?? place?.kind;
  if (!source || !kind) {
    throw new CommandError(
      `no job ${id} is in the ledger: run restore-ledger collect, or say where it is with --project, --cluster and --kind`,
    );
  }
  // Whoever stops reading has not seen the end, which may not look like a success.
  context.exitCodeWhenUnread = EXIT.failed;
  const atlas = await accounts.thatSees(source.projectId);
  const watcher = new Watcher({ id, source, kind, stored, where, atlas, context });
  context.exitCode = await watcher.follow(flags);
}

function placeOf({ project, cluster, kind }: WatchFlags): { source: Source; kind: Kind } | undefined {
  const missing = Object.entries({ '--project': project, '--cluster': cluster, '--kind': kind }).flatMap(
    ([name, value]) => (value === undefined ? [name] : []),
  );
  if (missing.length === 3) return undefined;
  if (project === undefined || cluster === undefined || kind === undefined) {
    throw new UsageError(
      `${missing.join(' and ')}: expected --project, --cluster and --kind together, came ${3 - missing.length} of them`,
    );
  }
  return { source: { projectId: project, clusterName: cluster }, kind };
}

const sourceOf = ({ projectId, projectName, clusterName, clusterId }: JobSummary): Source => ({
  projectId,
  clusterName,
  ...(projectName === undefined ? {} : { projectName }),
  ...(clusterId === undefined ? {} : { clusterId }),
});

/** A directory is held only while it is used, so that other commands work meanwhile. */
async function usingLedger<T>(where: Where, create: boolean, use: (ledger: Ledger) => Promise<T>): Promise<T> {
  await using opened = await openLedger(where, { create });
  return await use(opened.ledger);
}

interface Watched {
  id: string;
  source: Source;
  kind: Kind;
  stored: JobSummary | undefined;
  where: Where;
  atlas: AtlasClient;
  context: Context;
}

class Watcher {
  readonly #watched: Watched;
  readonly #runId = newObjectId(new Date());
  #known: JobSummary | undefined;
  #shown: JobSummary | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#known = watched.stored;
  }

  async follow({ interval, timeout = Number.POSITIVE_INFINITY }: WatchFlags): Promise<ExitCode> {
    const { context, id } = this.#watched;
    const signal = context.interrupt.gently();
    const endsAt = Date.now() + timeout * 1000;
    try {
      for (let failures = 0; ; ) {
        const looked = await unlessRaised(signal, this.#look());
        if ('job' in looked) {
          failures = 0;
          await this.#show(looked.job);
          if (!isOpen(looked.job.status) || looked.job.status === 'READY') return EXIT_CODES[looked.job.status];
        } else {
          failures += 1;
          if (failures >= PATIENCE) throw looked.failure;
          await context.err.line(
            `${utcClock(Date.now())}  not answered, trying again (${failures} of ${PATIENCE}): ${plain(looked.failure.message)}`,
          );
        }
        const leftMs = endsAt - Date.now();
        if (leftMs <= 0) throw timedOut(id, this.#known, timeout);
        await systemClock.sleep(Math.min(interval * 1000, leftMs), signal);
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      await context.err.line(`Stopped. The job goes on${this.#known ? `; it was ${this.#known.status}` : ''}.`);
      return error.exitCode;
    }
  }

  /** @throws what will not mend itself */
  async #look(): Promise<{ job: JobSummary } | { failure: AtlasError | LedgerError }> {
    try {
      return { job: await this.#readAndRecord() };
    } catch (error) {
      if (error instanceof AtlasError && error.code === 'ATLAS_NOT_FOUND') return { job: this.#asRemembered(error) };
      if ((error instanceof AtlasError || error instanceof LedgerError) && error.transient) return { failure: error };
      throw error;
    }
  }

  /** Atlas forgets jobs; what the ledger knows of a settled one stays true. @throws CommandError */
  #asRemembered(cause: AtlasError): JobSummary {
    const { stored, context } = this.#watched;
    if (stored && !isOpen(stored.status)) {
      void context.err.line(`Atlas no longer lists it; the ledger has it as of ${utc(stored.changedAt)} UTC.`);
      return stored;
    }
    throw new CommandError(
      `Atlas does not list job ${this.#watched.id}${this.#known ? `, which was ${this.#known.status}` : ''}: ${cause.message}`,
      { cause },
    );
  }

  async #readAndRecord(): Promise<JobSummary> {
    const { id, source, kind, where, atlas } = this.#watched;
    const list: JobList = { kind, projectId: source.projectId, clusterName: source.clusterName };
    const askedAt = new Date();
    const answer = await atlas.job(list, id);
    const job = understood(() => normalise(kind, answer, source, askedAt));
    const sighting = { runId: this.#runId, observedAt: askedAt.toISOString() };
    const recorded = await usingLedger(where, true, (ledger) =>
      ledger.record(job, sighting, this.#known !== undefined),
    );
    this.#known = recorded.job;
    return recorded.job;
  }

  async #show(job: JobSummary) {
    const { context } = this.#watched;
    const { out } = context;
    const shown = this.#shown;
    if (shown?.revision === job.revision) return;
    this.#shown = job;
    const status = out.paint(styleOf(job.status), job.status.padEnd(9));
    const about = shown ? changeOf(job, shown) : aboutOf(job);
    await out.line(`${out.paint('dim', utcClock(Date.now()))}  ${status}  ${plain(about)}`.trimEnd());
  }
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CommandError(
      `what Atlas says of this job can't be understood: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

const timedOut = (id: string, known: JobSummary | undefined, seconds: number) =>
  new CommandError(
    `job ${id} is ${known ? `still ${known.status}` : 'not known to have ended'} after ${seconds} s; it goes on, watch it again or raise --timeout`,
    {
      exitCode: EXIT.timedOut,
    },
  );

function aboutOf(job: JobSummary): string {
  const { kind, delivery, projectName, projectId, clusterName: cluster, requestedAt } = job;
  const target = targetOf(job, new Map());
  return `${kind} restore of ${projectName ?? projectId}/${cluster}, ${delivery}${target === '' ? '' : ` to ${target}`}, requested ${utc(requestedAt)} UTC${endOf(job)}`;
}

const changeOf = (job: JobSummary, before: JobSummary) =>
  `${job.status === before.status ? 'details changed' : `was ${before.status}`}${endOf(job)}`;

const endOf = ({ durationSeconds, errorMessage }: JobSummary) =>
  `${durationSeconds === undefined ? '' : `, took ${span(durationSeconds)}`}${errorMessage === undefined ? '' : `: ${errorMessage}`}`;
