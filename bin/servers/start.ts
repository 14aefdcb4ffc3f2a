// bin/servers/start.ts: `npm start`: the whole system on this machine, with an Atlas simulator and an embedded DynamoDB over real HTTP.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Command } from 'commander';
import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { lateAfterMs } from '../../functions/platform/freshness.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { objectivesOf } from '../../functions/restore/objectives/objective.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { ensureTable, startDynamoDB } from '../../local/dynamodb.ts';
import { type ServedApi, type ServeOptions, serveApi } from '../../local/serve.ts';
import { type Collected, collectLocally } from '../actions/collect.ts';
import { Accounts } from '../options/credentials.ts';
import { amount, wholeNumber } from '../options/flags.ts';
import { chosenRules, type RulesFlags, withRules } from '../options/rules.ts';
import { byName, writeCoverage } from '../output/coverage-table.ts';
import { EventFeed, type FeedFlags, withEventsOption } from '../output/event-feed.ts';
import { Context } from '../process/context.ts';
import { Interrupted, RUN_EXIT } from '../process/exit-codes.ts';
import { listening } from '../process/port-error.ts';
import { Progress } from '../process/progress.ts';
import { runProgram } from '../process/run-program.ts';
import { thisProcess } from '../process/this-process.ts';
import { readable } from '../remote/ledger-port.ts';
import { RunsHere } from './runs-here.ts';
import { SERVE_PORT } from './serve.ts';
import { restoreStarter } from './short-restores.ts';
import { changePrinter, firstCollection, showJobs, showNoteworthy } from './start-output.ts';

interface StartFlags extends RulesFlags, FeedFlags {
  once?: true;
  seed: number;
  projects: number;
  clusters: number;
  jobs: number;
  every: number;
  activity: number;
  port?: number;
}

const TABLE_NAME = 'restore-ledger';

const HELP = `
Examples:
  $ npm start
  $ npm start -- --once
  $ npm start -- --projects 20 --clusters 12 --jobs 300 --once
  $ npm start -- --rules rules.json --events events.ndjson`;

function programFor(context: Context): Command {
  const command = new Command('npm start --')
    .description('The whole system on this machine: an Atlas simulator, an embedded DynamoDB and the collector.')
    .option('--once', 'stop after the first collection')
    .addOption(wholeNumber('--seed <n>', 'the same seed and sizes make the same world', 0, 2 ** 31).default(1))
    .addOption(wholeNumber('--projects <n>', 'simulated projects', 1, 1_000).default(3))
    .addOption(wholeNumber('--clusters <n>', 'clusters in each project', 1, 1_000).default(4))
    .addOption(wholeNumber('--jobs <n>', "restore jobs in each cluster's past", 0, 100_000).default(40))
    .addOption(amount('--every <seconds>', 'between two collections', 0.5, 3_600).default(3))
    .addOption(amount('--activity <n>', 'restores that start in a minute', 0, 600).default(20))
    .addOption(wholeNumber('--port <n>', `of page and API; 0: any (default: ${SERVE_PORT}, or a free one)`, 0, 65_535))
    .addHelpText('after', HELP);
  return withEventsOption(withRules(command)).action((flags: StartFlags) => start(flags, context));
}

async function start(flags: StartFlags, context: Context) {
  const { seed, projects, clusters, jobs, once = false } = flags;
  const { out, err, log } = context;
  const { rules } = await chosenRules(flags, context.env);
  const objectives = objectivesOf(rules.objectives);
  const early: LedgerEvent[] = [];
  let show = (event: LedgerEvent): void => void early.push(event);
  await using feed = await EventFeed.open(flags, (event) => show(event));
  // Half of the activity is the simulator's own, with restores that take minutes as real ones do; the others are short.
  await using atlas = await startAtlas({ seed, projects, clusters, jobs, activityPerMinute: flags.activity / 2 });
  await using dynamodb = await startDynamoDB();
  const client = new DynamoDBClient(dynamodb.clientConfig);
  await ensureTable(client, TABLE_NAME);
  const ledger = ledgerReader({ tableName: TABLE_NAME, client });
  const credentials = fixedCredentials({ type: 'apiKey', ...atlas.apiKey, baseUrl: atlas.url }, 'the simulator');
  await using accounts = new Accounts([{ name: 'simulator', atlas: new AtlasClient({ credentials, log }) }]);
  await out.line(`Atlas simulator    ${atlas.url}   seed ${seed}, ${projects} projects of ${clusters} clusters`);
  await out.line(`DynamoDB           ${dynamodb.endpoint}   in memory, table ${TABLE_NAME}`);
  const published = await feed.of(ledger);
  const ports = { accounts: accounts.all, ledger: published, log, clock: systemClock, maker: thisProcess };
  await using runs = new RunsHere(ports);
  // With --once the page would be gone before anyone could open it.
  const evidence = { ledgerName: TABLE_NAME };
  const serving = { evidence, ledger, log, runs, lateAfterMs: lateAfterMs(flags.every / 60), objectives };
  await using page = once ? undefined : await served(serving, flags.port);
  if (page) await out.line(`Page and API       ${page.url}   ${aboutPage(page, flags.port)}`);
  await out.line();

  const collecting = { accounts, ledger: published, rules, log, signal: context.interrupt.gently() };
  try {
    const first = await collectLocally([{}], false, { ...collecting, progress: context.progress() });
    await out.line(firstCollection(first, out.paint));
    await showNoteworthy(early, page?.url, context);
    await showJobs(ledger, context);
    await out.line(`\n${out.paint('bold', 'Coverage')}   what was read, and when: the proof that nothing is missing\n`);
    await writeCoverage((await listOf(readable(ledger, Date.now).coverageRows())).sort(byName), out);
    context.exitCode = RUN_EXIT[first.status];
    if (page) {
      await out.line(
        `\n${out.paint('bold', 'Changes')}   collecting every ${flags.every} s; Ctrl-C stops; the page is at ${page.url}`,
      );
      await out.line(`          in another terminal: bin/restore-ledger jobs --api ${page.url}\n`);
      show = await changePrinter(ledger, context);
      const silent = { ...collecting, progress: new Progress(err, { on: false }) };
      await follow(flags, atlas, () => collectLocally([{}], false, silent), collecting.signal);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  await out.line(NEXT);
  await feed.check();
}

/** At the usual port, which the examples in README.md and docs/ use, or another where that is in use. @throws CommandError where `port` is */
async function served(options: ServeOptions, port: number | undefined): Promise<ServedApi> {
  if (port !== undefined) return listening(port, serveApi({ ...options, port }));
  try {
    return await serveApi({ ...options, port: SERVE_PORT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return serveApi(options);
  }
}

const aboutPage = ({ url }: ServedApi, port: number | undefined) =>
  port === undefined && !url.endsWith(`:${SERVE_PORT}`)
    ? `as ${SERVE_PORT} is in use; set API=${url} in the examples of README.md`
    : 'open it in a browser';

/** Until Ctrl-C. @throws Interrupted */
async function follow(
  { every, activity }: StartFlags,
  atlas: AtlasSimulator,
  collect: () => Promise<Collected>,
  signal: AbortSignal,
): Promise<never> {
  const startRestore = restoreStarter(atlas);
  for (let due = 1; ; due += (every * activity) / 2 / 60) {
    for (; due >= 1; due -= 1) startRestore();
    await systemClock.sleep(every * 1000, signal);
    await collect();
  }
}

const NEXT = `
What next, in this directory:
  bin/restore-ledger simulate     the simulator alone; it prints credentials to paste into another terminal
  bin/restore-ledger collect      the same with a ledger that stays, from the simulator or from your own Atlas
  bin/restore-ledger serve        the page and the HTTP API, over a ledger that stays
  bin/restore-ledger drills       which clusters were restored lately, and how long that took
  bin/restore-ledger evidence --output evidence.html
                                  a report for an auditor: every restore, and the proof that there were no others
  bin/restore-ledger --help       jobs, job, coverage, runs, watch, verify, and Atlas's raw answers`;

const context = new Context(process.argv.includes('--verbose'));
await runProgram(programFor(context), process.argv.slice(2), context);
