// bin/commands/watch.ts follows one restore job to its end, and records each change on the way.

import { Command } from 'commander';
import type { AtlasClient } from '../../functions/atlas/client.ts';
import type { JobList } from '../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import { AtlasTime } from '../../functions/collector/list/atlas-time.ts';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import type { JobSummary, Ledger } from '../../functions/ledger/model/ledger.ts';
import { isOpen, type Source } from '../../functions/restore/job.ts';
import { normalize } from '../../functions/restore/normalize/normalize.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { KINDS, type Kind } from '../../functions/schema/words.ts';
import { Feed, type FeedFlags } from '../actions/event-feed.ts';
import { follow, type Pace, type Watched } from '../actions/watch.ts';
import type { WatchJudge } from '../actions/watch-rules.ts';
import { atlasAccounts } from '../options/credentials.ts';
import { amount, clusterName, objectId, oneOf, projectId } from '../options/flags.ts';
import { addSourceOptions, ledgerOf, resolveSource, type SourceFlags } from '../options/ledger-source.ts';
import { openLedger, type Target } from '../options/ledger-target.ts';
import { chosenRules, type RulesFlags, refuseBesideApi, withRules } from '../options/rules.ts';
import { EventPrinter } from '../output/event-printer.ts';
import { withEvents } from '../output/events-file.ts';
import type { Context } from '../process/context.ts';
import { utc } from '../process/duration.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';
import { Progress } from '../process/progress.ts';

interface WatchFlags extends SourceFlags, RulesFlags, FeedFlags, Pace {
  project?: string;
  cluster?: string;
  kind?: Kind;
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
Exit code: 0 COMPLETED, or READY for a download; 4 FAILED, 5 CANCELLED, 6 EXPIRED, 7 UNKNOWN; 124 not settled before --timeout;
1 the job, Atlas, the ledger or the API could not be read, 2 wrong usage, 130 Ctrl-C.

Findings are recorded with each change, and shown on stderr.

With --api no Atlas credentials are needed and nothing is recorded from here: the collector behind it does both. A deployed
one looks at a job under way about once a minute.

Examples:
  $ restore-ledger watch 65a1b2c3d4e5f60718293a4b && ./verify-restored-data
  $ restore-ledger watch 65a1b2c3d4e5f60718293a4b --project 5f0b... --cluster Cluster0 --kind dedicated --interval 30`,
    );
  return withEvents(withRules(addSourceOptions(command))).action((id: string, flags: WatchFlags) =>
    watch(id, flags, context),
  );
}

async function watch(id: string, flags: WatchFlags, context: Context) {
  const where = resolveSource(flags, context.env);
  const place = placeOf(flags);
  if ('api' in where) {
    refuseBesideApi(flags);
    if (place) throw new UsageError('--project, --cluster and --kind: expected without --api, got with it');
    const { watchRemotely: watchedThere } = await import('../actions/watch-remote.ts');
    context.exitCode = await follow(watchedThere(id, await ledgerOf(where.api, context), context), flags, context);
    return;
  }
  const { rules } = await chosenRules(flags, context.env);
  await using accounts = await atlasAccounts(context);
  await using feed = await Feed.open(flags, new EventPrinter(context.err, new Progress(context.err)).show);
  const stored = await usingLedger(where, place !== undefined, (ledger) => ledger.job(id));
  const source = stored ? sourceOf(stored) : place?.source;
  const kind = stored?.kind ?? place?.kind;
  if (!source || !kind) {
    throw new CommandError(
      `no job ${id} is in the ledger: run restore-ledger collect, or say where it is with --project, --cluster and --kind`,
    );
  }
  const atlas = await accounts.thatSees(source.projectId);
  const { WatchJudge } = await import('../actions/watch-rules.ts');
  const judge = new WatchJudge({ source, kind, atlas, rules });
  const watcher = new Watcher({ id, source, kind, stored, where, atlas, judge, feed, context });
  context.exitCode = await follow(watcher, flags, context);
  await feed.check();
}

function placeOf({ project, cluster, kind }: WatchFlags): { source: Source; kind: Kind } | undefined {
  const missing = Object.entries({ '--project': project, '--cluster': cluster, '--kind': kind }).flatMap(
    ([name, value]) => (value === undefined ? [name] : []),
  );
  if (missing.length === 3) return undefined;
  if (project === undefined || cluster === undefined || kind === undefined) {
    throw new UsageError(
      `${missing.join(' and ')}: expected --project, --cluster and --kind together, got ${3 - missing.length} of them`,
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

/** A directory is open only while it is used, so that it can be copied or moved meanwhile. */
async function usingLedger<T>(where: Target, create: boolean, use: (ledger: Ledger) => Promise<T>): Promise<T> {
  await using opened = await openLedger(where, { create });
  return await use(opened.ledger);
}

interface WatcherOptions {
  id: string;
  source: Source;
  kind: Kind;
  stored: JobSummary | undefined;
  where: Target;
  atlas: AtlasClient;
  judge: WatchJudge;
  feed: Feed;
  context: Context;
}

/** Looks at Atlas, and records what it says. */
class Watcher implements Watched {
  readonly id: string;
  readonly #options: WatcherOptions;
  readonly #runId = newObjectId(new Date());
  known: JobSummary | undefined;

  constructor(options: WatcherOptions) {
    this.id = options.id;
    this.#options = options;
    this.known = options.stored;
  }

  /** @throws what will not mend itself */
  async look(): Promise<{ job: JobSummary } | { failure: AtlasError | LedgerError }> {
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
    const { id, stored, context } = this.#options;
    if (stored && !isOpen(stored.status)) {
      void context.err.line(`Atlas no longer lists it; the ledger has it as of ${utc(stored.changedAt)} UTC.`);
      return stored;
    }
    throw new CommandError(
      `Atlas does not list job ${id}${this.known ? `, which was ${this.known.status}` : ''}: ${cause.message}`,
      { cause },
    );
  }

  async #readAndRecord(): Promise<JobSummary> {
    const { id, source, kind, where, atlas, judge, feed } = this.#options;
    const list: JobList = { kind, projectId: source.projectId, clusterName: source.clusterName };
    const view = atlas.within(() => Number.POSITIVE_INFINITY);
    const time = new AtlasTime({ atlas: view, now: Date.now });
    const askedMs = Date.now();
    const answer = await view.job(list, id);
    const askedAt = new Date(time.at(askedMs));
    const job = understood(() => normalize(kind, answer, source, askedAt));
    const sighting = { runId: this.#runId, observedAt: askedAt.toISOString() };
    const recorded = await usingLedger(where, true, (ledger) =>
      judge.record(feed.of(ledger), job, sighting, this.known !== undefined),
    );
    this.known = recorded.job;
    return recorded.job;
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
