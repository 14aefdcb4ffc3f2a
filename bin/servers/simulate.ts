// bin/servers/simulate.ts: an Atlas simulator, for trying this program or any other client of Atlas.
import { Command } from 'commander';
import { amount, oneOf, time, wholeNumber } from '../options/flags.ts';
import type { Context } from '../process/context.ts';
import { UsageError } from '../process/exit-codes.ts';
import { raised } from '../process/interrupt.ts';
import { listening } from '../process/port-error.ts';

const SERVERLESS = ['sunset', 'empty', 'alive'] as const;

interface SimulateFlags {
  port: number;
  seed: number;
  projects: number;
  clusters: number;
  jobs: number;
  serverless: (typeof SERVERLESS)[number];
  latency: number;
  activity: number;
  historyUntil?: string;
}

const HELP = `
It answers as Atlas does: digest and OAuth sign-in, versioned media types, pages, rate limits, errors. Its credentials follow from the
seed, and work nowhere else. Job ids hold the time of the request, so after a restart there are other restores, and a ledger that was
collected before sees the former ones vanish, unless --history-until is what it was: see the last lines that it prints.

Examples:
  $ restore-ledger simulate
  $ restore-ledger simulate --history-until 2026-11-23
  $ restore-ledger simulate --projects 20 --clusters 25 --jobs 300 --activity 60 --latency 80`;

export function simulateCommand(context: Context): Command {
  return new Command('simulate')
    .description('run an Atlas simulator on this machine, until Ctrl-C')
    .addOption(wholeNumber('--port <n>', 'on 127.0.0.1; 0: any that is free', 0, 65_535).default(27_080))
    .addOption(
      wholeNumber('--seed <n>', 'the same seed, sizes and --history-until make the same world', 0, 2 ** 31).default(1),
    )
    .addOption(wholeNumber('--projects <n>', 'projects', 0, 10_000).default(3))
    .addOption(wholeNumber('--clusters <n>', 'clusters in each project', 0, 10_000).default(4))
    .addOption(wholeNumber('--jobs <n>', "restore jobs in each cluster's past", 0, 1_000_000).default(25))
    .addOption(
      oneOf(
        '--serverless <how>',
        'sunset: 410 as Atlas today; empty: empty lists; alive: as it used to be',
        SERVERLESS,
      ).default('sunset'),
    )
    .addOption(wholeNumber('--latency <ms>', 'waited before each answer', 0, 60_000).default(0))
    .addOption(amount('--activity <n>', 'restores that start by themselves in a minute', 0, 60_000).default(6))
    .addOption(
      time(
        '--history-until <time>',
        'where the past ends and --activity begins: 2026-11-23, or 7d for a week ago (default: now)',
      ),
    )
    .addHelpText('after', HELP)
    .action((flags: SimulateFlags) => simulate(flags, context));
}

async function simulate(flags: SimulateFlags, { out, err, interrupt }: Context) {
  const { startAtlas } = await import('../../local/atlas/server.ts');
  const signal = interrupt.gently();
  const { port, seed, projects, clusters, jobs, serverless, latency: latencyMs, activity: activityPerMinute } = flags;
  const now = new Date();
  const until = flags.historyUntil ?? now.toISOString();
  const historyUntil = Date.parse(until);
  if (historyUntil > now.getTime())
    throw new UsageError(`--history-until: expected a time that is over, got ${JSON.stringify(until)}`);
  const options = { historyUntil, port, seed, projects, clusters, jobs, serverless, latencyMs, activityPerMinute };
  await using atlas = await listening(port, startAtlas(options).catch(tooEarly));
  const { apiKey, serviceAccount } = atlas;
  const world = `seed ${seed}: ${projects} projects of ${clusters} clusters with ${jobs} jobs each`;
  await err.line(`Atlas simulator at ${atlas.url} (${world}). Ctrl-C stops it. In another terminal:\n`);
  await out.line(`export MONGODB_ATLAS_BASE_URL=${atlas.url}`);
  await out.line(`export MONGODB_ATLAS_PUBLIC_API_KEY=${apiKey.publicKey}`);
  await out.line(`export MONGODB_ATLAS_PRIVATE_API_KEY=${apiKey.privateKey}`);
  await err.line(
    `\nThen: restore-ledger collect\nThe same world again, with the same restores: the same options and --history-until ${until}\n\nAs a service account, instead of the key: MONGODB_ATLAS_CLIENT_ID=${serviceAccount.clientId} MONGODB_ATLAS_CLIENT_SECRET=${serviceAccount.clientSecret}`,
  );
  await raised(signal);
}

/** @throws UsageError for a past that ends before the simulated company began */
function tooEarly(error: unknown): never {
  throw error instanceof RangeError ? new UsageError(`--history-until: ${error.message}`) : error;
}
