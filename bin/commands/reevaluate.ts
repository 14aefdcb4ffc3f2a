// bin/commands/reevaluate.ts holds every recorded restore against the rules afresh, those that ended long ago too.

import { Command } from 'commander';
import { principalsFromEnv } from '../../functions/atlas/auth/credentials.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import type { Reevaluation } from '../actions/reevaluate.ts';
import { projectIds, time } from '../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../options/ledger-source.ts';
import { openLedger } from '../options/ledger-target.ts';
import { chosenRules, type RulesFlags, withRules } from '../options/rules.ts';
import type { Context } from '../process/context.ts';
import { CommandError, Interrupted, UsageError } from '../process/exit-codes.ts';
import { Progress } from '../process/progress.ts';
import { sanitizeJson } from '../process/sanitize.ts';
import type { Paint } from '../process/terminal.ts';

interface ReevaluateFlags extends SourceFlags, RulesFlags {
  project?: string[];
  since?: string;
  until?: string;
  dryRun?: true;
  json?: true;
}

const WHY = 'an API only reads';

export function reevaluateCommand(context: Context): Command {
  const command = new Command('reevaluate')
    .description('hold every recorded restore against the rules afresh, and record which findings come and go')
    .addOption(projectIds('--project <id>', 'of this project; can be given several times'))
    .addOption(time('--since <time>', 'requested at or after; as of restore-ledger jobs'))
    .addOption(time('--until <time>', 'requested before; as --since'))
    .option('--dry-run', 'only say what would change')
    .option('--json', 'the summary as one JSON document')
    .addHelpText(
      'after',
      `
The collector holds a restore against the rules while it is open. After a change of the rules this does so for all of them.
Findings that hold stay as they are; others come and go, each with an entry in the job's history. Doing it again changes
nothing. Give the rules that the collector has (--rules cdk.json for a deployed one): the next collect goes by its own.

It goes by what the ledger holds, and asks Atlas nothing. "Slow" compares with how long the cluster's newest restores took. A
target in a project without coverage counts as one that can't be seen. own-credential is added only where
MONGODB_ATLAS_PUBLIC_API_KEY or MONGODB_ATLAS_CLIENT_ID names the credentials of the collector.

It writes to the ledger itself (--table, --data), not through an API.

Exit code: 0 done, 1 the ledger could not be read or written, 2 wrong usage, 130 Ctrl-C, which keeps what was recorded.

Examples:
  $ restore-ledger reevaluate --rules rules.json --dry-run
  $ restore-ledger reevaluate --rules cdk.json --table restore-ledger
  $ restore-ledger reevaluate --project 65a1b2c3d4e5f60718293a4b --since 90d`,
    );
  return withRules(withLedger(command)).action((flags: ReevaluateFlags) => reevaluate(flags, context));
}

async function reevaluate(flags: ReevaluateFlags, context: Context) {
  const { out, err, env, interrupt, verbose } = context;
  const { project, since, until, dryRun = false } = flags;
  if (since !== undefined && until !== undefined && since >= until) {
    throw new UsageError(`--until: expected a time after --since (${since}), got ${until}`);
  }
  const where = sourceOf(flags, env, WHY);
  const { rules, from } = await chosenRules(flags, env);
  await using opened = await openLedger(where, { create: false, write: true });
  const progress = new Progress(err, { on: !verbose });
  const signal = interrupt.gently();
  const result: Reevaluation = { projects: 0, jobs: 0, changed: 0, findings: {} };
  const { reevaluateAll: reevaluating } = await import('../actions/reevaluate.ts');
  const period = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  const [principal] = principalsFromEnv(env);
  try {
    await reevaluating(
      opened.ledger,
      {
        ...{ rules, period, dryRun, progress, signal, runId: newObjectId(new Date()), at: new Date().toISOString() },
        projectIds: project,
        principal,
      },
      result,
    );
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    context.exitCode = error.exitCode;
    return await err.line(`Stopped after ${result.jobs} jobs; ${result.changed} were changed. Doing it again goes on.`);
  } finally {
    progress.clear();
  }
  if (project && result.projects < project.length) {
    throw new CommandError(
      'not every project that was named is in the ledger: check the ids, with restore-ledger coverage',
    );
  }
  const document = { rules: from, dryRun, ...result };
  await out.line(flags.json ? sanitizeJson(document) : summary(result, { from, dryRun }, out.paint));
}

function summary(
  { projects, jobs, changed, findings }: Reevaluation,
  { from, dryRun }: { from: string; dryRun: boolean },
  paint: Paint,
): string {
  const rows: [string, string | number][] = [
    ['rules', from],
    ['projects', projects],
    ['jobs', jobs],
    [dryRun ? 'would change' : 'changed', changed],
    ...Object.entries(findings).map(([rule, { added, removed }]): [string, string] => [rule, `+${added} -${removed}`]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length), 14);
  return rows.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${value}`).join('\n');
}
