// bin/commands/collect.ts is the main job: every restore job of every cluster, from Atlas into the ledger. In this process, or by
// the collector behind an API.
import { Command } from 'commander';
import type { Wait } from '../../functions/atlas/request/rate-limits.ts';
import { SKEW_WARNING_MS } from '../../functions/collector/list/atlas-time.ts';
import { DEFAULT_MAX_WAIT_MS, WaitBudget } from '../../functions/collector/run/wait-budget.ts';
import type { RunScope } from '../../functions/ledger/model/run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { type Collected, collectLocally, emptyTally, failureLine, type Tally } from '../actions/collect.ts';
import { Feed, type FeedFlags } from '../actions/event-feed.ts';
import { type Accounts, atlasAccounts } from '../options/credentials.ts';
import { clusterName, duration, projectIds } from '../options/flags.ts';
import { addSourceOptions, ledgerOf, resolveSource, type SourceFlags } from '../options/ledger-source.ts';
import { openLedger, type Target } from '../options/ledger-target.ts';
import { type ChosenRules, chosenRules, type RulesFlags, refuseBesideApi, withRules } from '../options/rules.ts';
import { EventPrinter } from '../output/event-printer.ts';
import { withEvents } from '../output/events-file.ts';
import { asCalled } from '../process/called.ts';
import type { Context } from '../process/context.ts';
import { span } from '../process/duration.ts';
import { EXIT, Interrupted, UsageError } from '../process/exit-codes.ts';
import { Progress } from '../process/progress.ts';
import { sanitize, sanitizeJson } from '../process/sanitize.ts';
import type { Paint, Style } from '../process/terminal.ts';
import type { ApiAddress } from '../remote/address.ts';

interface CollectFlags extends SourceFlags, RulesFlags, FeedFlags {
  project?: string[];
  cluster?: string;
  full?: true;
  /** In ms. */
  maxWait?: number;
  json?: true;
}

export function collectCommand(context: Context): Command {
  const command = new Command('collect')
    .description('read restore jobs from Atlas into the ledger')
    .addOption(projectIds('--project <id>', 'only this project; can be given several times'))
    .addOption(clusterName('--cluster <name>', 'only this cluster; needs exactly one --project'))
    .option(
      '--full',
      'read every list to its end, and find jobs that Atlas no longer lists (once a day it does so by itself)',
    )
    .addOption(
      duration(
        '--max-wait <duration>',
        "how long to wait in all where Atlas's rate limits ask for it; projects that would need more are named as failed (default: 15m)",
      ),
    )
    .option('--json', 'the summary as one JSON document')
    .addHelpText(
      'after',
      `
Credentials come from MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY, or MONGODB_ATLAS_CLIENT_ID and
MONGODB_ATLAS_CLIENT_SECRET, or from the secrets named in ATLAS_SECRET_ID. MONGODB_ATLAS_BASE_URL names another Atlas.
With --api none are needed: the collector behind it makes the run (POST /runs), and this waits for its end.

Each restore is held against the rules as it is recorded. What is found goes to stderr, a line each, as do restore drills that
became overdue; jobs and job show it later. Of a restore that ended more than a day before it was first seen only the summary
tells. Open restores are held against changed rules at once, ended ones by restore-ledger reevaluate.

Exit code: 0 everything was read, 3 something was not: a cluster failed, or a project is no longer visible (each is named),
1 nothing could be read, or the credentials see no project, 2 wrong usage.
Ctrl-C keeps what was recorded, gives calls under way half a second, and ends the run as incomplete, naming what was not done (130);
the next run goes on from there. With --api it stops the waiting, and the run goes on.

Examples:
  $ restore-ledger collect
  $ restore-ledger collect --project 65a1b2c3d4e5f60718293a4b --cluster Cluster0
  $ restore-ledger collect --table restore-ledger --json
  $ restore-ledger collect --rules cdk.json --events events.ndjson
  $ restore-ledger collect --full --api https://abc123.execute-api.eu-west-1.amazonaws.com`,
    );
  return withEvents(withRules(addSourceOptions(command))).action((flags: CollectFlags) => collect(flags, context));
}

async function collect(flags: CollectFlags, context: Context) {
  const { project: projects = [], cluster, full = false } = flags;
  if (cluster !== undefined && projects.length !== 1) {
    const came = projects.length === 0 ? 'none' : String(projects.length);
    throw new UsageError(
      `--cluster: expected exactly one --project with it, got ${came}: a name is unique in its project only`,
    );
  }
  const scopes = projects.map((projectId) => ({
    projectId,
    ...(cluster === undefined ? {} : { clusterName: cluster }),
  }));
  const asked = { scopes: scopes.length > 0 ? scopes : [{}], full };
  const where = resolveSource(flags, context.env);
  const { maxWait: maxWaitMs = DEFAULT_MAX_WAIT_MS } = flags;
  if ('api' in where) {
    refuseBesideApi(flags);
    if (flags.maxWait !== undefined)
      throw new UsageError('--max-wait: it is for a collection here; behind --api the queue waits');
    return await tell(await fromThere(asked, where.api, context), flags, context);
  }
  const chosen = await chosenRules(flags, context.env);
  const progress = new Progress(context.err, { on: !context.verbose });
  const waits = new WaitBudget(maxWaitMs, systemClock);
  const onWait = ({ what, ms, reason }: Wait) => {
    const why = reason === 'rate-limit' ? "Atlas's rate limit" : 'the call failed and is made again';
    progress.note(`waiting ${span(ms / 1_000)}: ${why}, ${sanitize(what)}`);
  };
  await using accounts = await atlasAccounts(context, { onWait });
  const lines = new EventPrinter(context.err, progress);
  await using feed = await Feed.open(flags, lines.show);
  const collected = await fromHere(asked, where, { ...chosen, accounts, feed, progress, waits }, context);
  await lines.end();
  await tell(collected, flags, context);
  await feed.check();
}

/** @param collected nothing where it was interrupted, which was said */
async function tell(collected: Collected | undefined, { json }: CollectFlags, context: Context) {
  if (!collected) return;
  const { out, err } = context;
  context.exitCode = EXIT_CODES[collected.status];
  context.exitCodeWhenUnread = context.exitCode;
  await out.line(json ? sanitizeJson(documentOf(collected)) : summary(collected, out.paint));
  if (collected.status === 'failed')
    await err.line(`restore-ledger: nothing could be read: ${firstFailure(collected)}`);
}

interface Asked {
  scopes: readonly RunScope[];
  full: boolean;
}

interface Here extends Pick<ChosenRules, 'rules'> {
  accounts: Accounts;
  feed: Feed;
  progress: Progress;
  waits: WaitBudget;
}

async function fromHere(
  { scopes, full }: Asked,
  where: Target,
  { accounts, feed, progress, rules, waits }: Here,
  context: Context,
): Promise<Collected | undefined> {
  const { err, log, interrupt } = context;
  await using opened = await openLedger(where, { create: true });
  const ledger = feed.of(opened.ledger);
  const signal = interrupt.gently(() => {
    progress.clear();
    void err.line('Stopping; Ctrl-C again stops at once.');
  });
  const tally = emptyTally();
  try {
    return await collectLocally(scopes, full, { accounts, ledger, rules, log, progress, signal, waits }, tally);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    context.exitCode = error.exitCode;
    await err.line(kept(tally));
    return undefined;
  }
}

async function fromThere({ scopes, full }: Asked, api: ApiAddress, context: Context): Promise<Collected | undefined> {
  const { err, verbose, interrupt } = context;
  const { collectRemotely: collectThere } = await import('../actions/collect-remote.ts');
  const [ledger, progress] = [await ledgerOf(api, context), new Progress(err, { on: !verbose })];
  const signal = interrupt.gently();
  let runId: string | undefined;
  const onStarted = (id: string) => {
    runId = id;
  };
  try {
    return await collectThere(scopes, full, { ledger, progress, signal, onStarted });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    context.exitCode = error.exitCode;
    await err.line(
      `Stopped waiting. ${runId ? `Run ${runId} goes on` : 'A run may have been started'}: see restore-ledger runs --api ${api.url}`,
    );
    return undefined;
  }
}

const EXIT_CODES = { complete: EXIT.ok, incomplete: EXIT.incomplete, failed: EXIT.failed } as const;
const STYLES: Record<Collected['status'], Style> = { complete: 'green', incomplete: 'yellow', failed: 'red' };
/** More are in --json. */
const MAX_FAILURES = 20;

export function summary(collected: Collected, paint: Paint): string {
  const { status, projects, counts, failures, runFailures, seconds } = collected;
  // As `runs` counts them: what failed of the run as a whole is in no project.
  const failed = counts.clustersFailed + runFailures;
  const waited =
    counts.throttles > 0
      ? ` (${counts.throttles} throttled, ${Math.round(counts.waitedMs / 1000)} s waited in all)`
      : '';
  const rows: [string, string | number][] = [
    ['result', paint(STYLES[status], status)],
    ['projects', projects],
    ['clusters', counts.clusters],
    ['failed', failed > 0 ? paint('red', String(failed)) : 0],
    ['jobs seen', counts.jobsSeen],
    ['new', counts.jobsNew],
    ['changed', counts.jobsChanged],
    ...(counts.jobsVanished > 0 ? [['vanished', counts.jobsVanished] as [string, number]] : []),
    ...(counts.problems > 0
      ? [['not understood', asCalled(`${counts.problems} (restore-ledger coverage names them)`)] as [string, string]]
      : []),
    ['findings', counts.findings],
    ...(counts.jobsBackfilled > 0
      ? [['backfilled', `${counts.jobsBackfilled} that had ended long before`] as [string, string]]
      : []),
    ...(counts.eventsFailed > 0 ? [['who asked', `not known for ${eventsFailed(collected)}`] as [string, string]] : []),
    ...clockRow(collected),
    ['Atlas requests', `${counts.atlasRequests}${waited}`],
    ['seconds', seconds.toFixed(1)],
  ];
  const lines = rows.map(([name, value]) => `${paint('dim', name.padEnd(14))}  ${value}`);
  if (failures.length === 0) return lines.join('\n');
  const named = failures.slice(0, MAX_FAILURES).map((failure) => `  ${failureLine(failure)}`);
  const more = failures.length > MAX_FAILURES ? [`  and ${failures.length - MAX_FAILURES} more: --json names all`] : [];
  return [...lines, '', paint('red', 'Failed:'), ...named, ...more].join('\n');
}

/** `2 projects: Payments: GET ... answered 403 ...` */
function eventsFailed({ counts, eventsFailures: [first] }: Collected): string {
  const projects = counts.eventsFailed === 1 ? '1 project' : `${counts.eventsFailed} projects`;
  return first ? `${projects}: ${sanitize(`${first.projectName}: ${first.message}`)}` : projects;
}

function clockRow({ clockSkewMs = 0 }: Collected): [string, string][] {
  if (Math.abs(clockSkewMs) < SKEW_WARNING_MS) return [];
  const how = `${span(Math.abs(clockSkewMs) / 1_000)} ${clockSkewMs > 0 ? 'ahead of' : 'behind'} Atlas's`;
  return [['clock', `${how}; ids are compared in Atlas's time`]];
}

const documentOf = ({ status, runIds, projects, counts, failures, seconds, clockSkewMs }: Collected) => ({
  status,
  projects,
  ...counts,
  seconds: Math.round(seconds * 1000) / 1000,
  ...(clockSkewMs === undefined ? {} : { clockSkewSeconds: Math.round(clockSkewMs / 1_000) }),
  failures,
  runIds,
});

const firstFailure = ({ failures: [first] }: Collected) => (first ? failureLine(first) : 'no cluster answered');

const kept = ({ lists, added, changed }: Tally) =>
  `Stopped after ${lists} lists of restore jobs: ${added} new and ${changed} changed jobs are recorded and kept. The next collect goes on from there.`;
