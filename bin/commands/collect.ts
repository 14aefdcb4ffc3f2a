// bin/commands/collect.ts: every restore job of every cluster, from Atlas into the ledger.

import { Command } from 'commander';
import type { Wait } from '../../functions/atlas/request/rate-limits.ts';
import { SKEW_WARNING_MS } from '../../functions/collector/list/atlas-time.ts';
import { DEFAULT_MAX_WAIT_MS, WaitBudget } from '../../functions/collector/run/wait-budget.ts';
import type { RunScope } from '../../functions/ledger/model/run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { defined } from '../../functions/platform/defined.ts';
import { span } from '../../functions/restore/text.ts';
import { counted } from '../../functions/views/text.ts';
import { type Collected, collectLocally, failureLine, type Tally } from '../actions/collect.ts';
import { atlasAccounts } from '../options/credentials.ts';
import { clusterName, duration } from '../options/flags.ts';
import { addSourceOptions, ledgerOf, resolveSource, type SourceFlags } from '../options/ledger-source.ts';
import { addCreateOption, type CreateFlags, createIfAsked, openLedger, type Target } from '../options/ledger-target.ts';
import { projectIdsOf, projects, projectsInAtlas, projectsOf, type ReadProjects } from '../options/projects.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../options/rows.ts';
import { chosenRules, type RulesFlags, refuseBesideApi, withRules } from '../options/rules.ts';
import { EventFeed, type FeedFlags, withEventsOption } from '../output/event-feed.ts';
import { EventPrinter } from '../output/event-lines.ts';
import { fieldLines } from '../output/field-lines.ts';
import { type RowChoice, showDocument } from '../output/rows.ts';
import type { Context } from '../process/context.ts';
import { RUN_EXIT, UsageError } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';
import { sanitize } from '../process/sanitize.ts';
import type { Paint, Style } from '../process/terminal.ts';
import type { ApiAddress } from '../remote/address.ts';

interface CollectFlags extends SourceFlags, DocumentFlags, RulesFlags, FeedFlags, CreateFlags {
  project?: string[];
  cluster?: string;
  full?: true;
  /** In ms. */
  maxWait?: number;
}

const CODES = exitCodes({
  0: 'everything was read',
  1: 'nothing could be read, or the credentials see no project',
  2: 'wrong usage',
  3: 'a cluster failed or a project is no longer visible (each is named)',
  130: 'Ctrl-C, which ends the run as incomplete and keeps what was recorded; the next run goes on from there; with --api, Ctrl-C only stops the waiting',
});

const HELP = `
Credentials come from MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY, or MONGODB_ATLAS_CLIENT_ID and
MONGODB_ATLAS_CLIENT_SECRET, or from the secrets named in ATLAS_SECRET_ID. MONGODB_ATLAS_BASE_URL names another Atlas.
With --api none are needed: the collector behind it makes the run (POST /runs), and this command waits for its end.
Names of projects are looked up in Atlas's list of them, with --api in the ledger behind it.
A project that would have to wait longer than --max-wait fails.

Each restore is evaluated against the rules as it is recorded. Findings, and drills that became overdue, go to stderr, a line each, and
one line for all that a first collection finds; jobs and job show them later. A restore that ended more than a day before it was first seen is only counted in the summary.
After a change of the rules, open restores are evaluated again at once, ended ones by restore-ledger reevaluate.

${CODES}

Examples:
  $ restore-ledger collect
  $ restore-ledger collect --project Payments --cluster Cluster0
  $ restore-ledger collect --table restore-ledger --create --json
  $ restore-ledger collect --rules cdk.json --events events.ndjson
  $ restore-ledger collect --full --api https://abc123.execute-api.eu-west-1.amazonaws.com`;

export function collectCommand(context: Context): Command {
  const command = new Command('collect')
    .description('read restore jobs from Atlas into the ledger')
    .addOption(projects('--project <id or name>', 'only this project; can be given several times'))
    .addOption(clusterName('--cluster <name>', 'only this cluster; needs exactly one --project'))
    .option('--full', 'read every list to its end, and find jobs that Atlas no longer lists (otherwise once a day)')
    .addOption(duration('--max-wait <duration>', "longest wait in all for Atlas's rate limits (default: 15m)"))
    .addHelpText('after', HELP);
  return withEventsOption(
    withRules(
      addCreateOption(
        addSourceOptions(withDocument(command, 'the whole result'), 'have the collector behind this API make the run'),
      ),
    ),
  ).action((flags: CollectFlags) => collect(flags, context));
}

async function collect(flags: CollectFlags, context: Context) {
  const { project: given = [], cluster } = flags;
  if (cluster !== undefined && given.length !== 1) {
    throw new UsageError('--cluster requires exactly one --project, as names are unique only within a project');
  }
  const choice = await rowChoice(flags);
  const where = resolveSource(flags, context.env);
  const show = (collected: Collected) => print(collected, choice, context);
  if ('api' in where) await collectThere(where.api, flags, { context, show });
  else await collectHere(where, flags, { context, show });
}

/** A run for each project; one for everything where none is given. */
async function scopesOf({ project: given = [], cluster }: CollectFlags, read: ReadProjects): Promise<RunScope[]> {
  const ids = await projectIdsOf(given, read);
  return ids.length === 0 ? [{}] : ids.map((projectId) => defined({ projectId, clusterName: cluster }));
}

interface Showing {
  context: Context;
  show(collected: Collected): Promise<void>;
}

async function collectHere(where: Target, flags: CollectFlags, { context, show }: Showing) {
  const { err, env, log, interrupt } = context;
  const { rules } = await chosenRules(flags, env);
  await createIfAsked(flags, where, context);
  const progress = context.progress();
  const onWait = ({ what, ms, reason }: Wait) => {
    const why = reason === 'rate-limit' ? "Atlas's rate limit" : 'the call failed and is repeated';
    progress.note(`waiting ${span(ms / 1_000)}: ${why}, ${sanitize(what)}`);
  };
  await using accounts = await atlasAccounts(context, onWait);
  const scopes = await scopesOf(flags, projectsInAtlas(accounts));
  const lines = new EventPrinter(err, progress);
  await using feed = await EventFeed.open(flags, lines.show);
  await using opened = await openLedger(where, { create: true });
  const signal = interrupt.gently(() => {
    progress.clear();
    void err.line('Stopping; Ctrl-C again stops at once.');
  });
  const waits = new WaitBudget(flags.maxWait ?? DEFAULT_MAX_WAIT_MS, systemClock);
  const collecting = { accounts, ledger: await feed.of(opened.ledger), rules, log, progress, signal, waits };
  const tally: Tally = { lists: 0, added: 0, changed: 0 };
  const collected = await context.unlessInterrupted(
    () => collectLocally(scopes, flags.full ?? false, collecting, tally),
    () =>
      `Stopped after ${tally.lists} lists of restore jobs: ${tally.added} new and ${tally.changed} changed jobs are recorded and kept. The next collect goes on from there.`,
  );
  await lines.end();
  if (collected) await show(collected);
  await feed.check();
}

async function collectThere(api: ApiAddress, flags: CollectFlags, { context, show }: Showing) {
  refuseBesideApi(flags);
  if (flags.create) throw new UsageError("--create can't be used with --api: the stack behind it made its table");
  if (flags.maxWait !== undefined) {
    throw new UsageError("--max-wait can't be used with --api: its collector waits in its own queue");
  }
  const { collectRemotely } = await import('../actions/collect-remote.ts');
  const [ledger, progress] = [await ledgerOf(api, context), context.progress()];
  const scopes = await scopesOf(flags, projectsOf(ledger));
  let about = 'A run may have been started';
  const onStarted = (runId: string) => {
    about = `Run ${runId} goes on`;
  };
  const remote = { ledger, progress, signal: context.interrupt.gently(), onStarted };
  const collected = await context.unlessInterrupted(
    () => collectRemotely(scopes, flags.full ?? false, remote),
    () => `Stopped waiting. ${about}: see restore-ledger runs --api ${api.url}`,
  );
  if (collected) await show(collected);
}

async function print(collected: Collected, choice: RowChoice, context: Context) {
  const { out, err } = context;
  context.end(RUN_EXIT[collected.status]);
  await showDocument(documentOf(collected), choice, context, () => out.line(summary(collected, out.paint)));
  if (collected.status !== 'failed') return;
  const [first] = collected.failures;
  await err.line(`restore-ledger: nothing could be read: ${first ? failureLine(first) : 'no cluster answered'}`);
}

const documentOf = ({ status, runIds, projects, counts, failures, seconds, clockSkewMs }: Collected) => ({
  ...{ status, projects, ...counts },
  seconds: Math.round(seconds * 1000) / 1000,
  clockSkewSeconds: clockSkewMs === undefined ? undefined : Math.round(clockSkewMs / 1_000),
  ...{ failures, runIds },
});

const STYLES: Record<Collected['status'], Style> = { complete: 'green', incomplete: 'yellow', failed: 'red' };
const MAX_FAILURES = 20;

function summary(collected: Collected, paint: Paint): string {
  const { status, projects, counts, failures, runFailures, seconds } = collected;
  // As `runs` counts them: what failed of the run as a whole is in no project.
  const failed = counts.clustersFailed + runFailures;
  const waited = ` (${counts.throttles} throttled, ${Math.round(counts.waitedMs / 1000)} s waited in all)`;
  const lines = fieldLines(
    {
      result: paint(STYLES[status], status),
      projects,
      clusters: counts.clusters,
      failed: failed > 0 ? paint('red', String(failed)) : 0,
      'jobs seen': counts.jobsSeen,
      new: counts.jobsNew,
      changed: counts.jobsChanged,
      vanished: counts.jobsVanished || undefined,
      'not understood': counts.problems ? `${counts.problems} (restore-ledger coverage names them)` : undefined,
      findings: counts.findings,
      backfilled: counts.jobsBackfilled ? `${counts.jobsBackfilled} that had ended long before` : undefined,
      requesters: counts.eventsFailed ? `not known for ${eventsFailed(collected)}` : undefined,
      clock: clockText(collected),
      'Atlas requests': `${counts.atlasRequests}${counts.throttles > 0 ? waited : ''}`,
      seconds: seconds.toFixed(1),
    },
    paint,
  );
  // One that ends the command is in its last line.
  if (failures.length === 0 || (status === 'failed' && failures.length === 1)) return lines;
  const named = failures.slice(0, MAX_FAILURES).map((failure) => `  ${failureLine(failure)}`);
  if (failures.length > MAX_FAILURES) named.push(`  and ${failures.length - MAX_FAILURES} more: --json names all`);
  return [lines, '', paint('red', 'Failed:'), ...named].join('\n');
}

/** `2 projects: Payments: GET ... answered 403 ...` */
function eventsFailed({ counts, eventsFailures: [first] }: Collected): string {
  const projects = counted(counts.eventsFailed, 'project');
  return first ? `${projects}: ${sanitize(`${first.projectName}: ${first.message}`)}` : projects;
}

function clockText({ clockSkewMs = 0 }: Collected): string | undefined {
  if (Math.abs(clockSkewMs) < SKEW_WARNING_MS) return undefined;
  const direction = clockSkewMs > 0 ? 'ahead of' : 'behind';
  return `${span(Math.abs(clockSkewMs) / 1_000)} ${direction} Atlas's; the earlier of both is recorded`;
}
