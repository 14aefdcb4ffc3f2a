// bin/commands/maintenance/reevaluate.ts: every recorded restore evaluated against the rules anew.

import { Command } from 'commander';
import { principalsFromEnv } from '../../../functions/atlas/auth/credentials.ts';
import { defined } from '../../../functions/platform/defined.ts';
import { newObjectId } from '../../../functions/restore/object-id.ts';
import type { Reevaluation } from '../../actions/reevaluate.ts';
import { checkPeriod, time } from '../../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { openLedger } from '../../options/ledger-target.ts';
import { projectIdsOf, projects, projectsIn } from '../../options/projects.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { chosenRules, type RulesFlags, withRules } from '../../options/rules.ts';
import { fieldLines } from '../../output/field-lines.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { CommandError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import type { Paint } from '../../process/terminal.ts';

interface ReevaluateFlags extends SourceFlags, DocumentFlags, RulesFlags {
  project?: string[];
  since?: string;
  until?: string;
  dryRun?: true;
}

const CODES = exitCodes({
  0: 'done',
  1: 'the ledger could not be read or written',
  2: 'wrong usage',
  130: 'Ctrl-C, which keeps what was recorded',
});

const HELP = `
The collector evaluates a restore against the rules while it is open. After a change of the rules this command evaluates all of
them. Findings that still apply stay as they are; others come and go, each with an entry in the job's history. A second run changes
nothing. Give the rules that the collector has (--rules cdk.json for a deployed one): the next collect uses its own.

It uses the ledger alone and calls Atlas for nothing. "Slow" compares with how long the cluster's newest restores took. A target in
a project without coverage counts as one that can't be seen. own-credential is added only where
MONGODB_ATLAS_PUBLIC_API_KEY or MONGODB_ATLAS_CLIENT_ID names the credentials of the collector.

It writes to the ledger itself (--table, --data), not through an API.

${CODES}

Examples:
  $ restore-ledger reevaluate --rules rules.json --dry-run
  $ restore-ledger reevaluate --rules cdk.json --table restore-ledger
  $ restore-ledger reevaluate --project 65a1b2c3d4e5f60718293a4b --since 90d`;

export function reevaluateCommand(context: Context): Command {
  const command = new Command('reevaluate')
    .description('evaluate every recorded restore against the rules again, and record which findings come and go')
    .addOption(projects('--project <id or name>', 'of this project; can be given several times'))
    .addOption(time('--since <time>', 'requested at or after; as of restore-ledger jobs'))
    .addOption(time('--until <time>', 'requested before; as --since'))
    .option('--dry-run', 'only say what would change')
    .addHelpText('after', HELP);
  return withRules(withLedger(withDocument(command, 'the whole result'))).action((flags: ReevaluateFlags) =>
    reevaluate(flags, context),
  );
}

async function reevaluate(flags: ReevaluateFlags, context: Context) {
  const { out, env, interrupt } = context;
  const { project: given, since, until, dryRun = false } = flags;
  checkPeriod(flags);
  const choice = await rowChoice(flags);
  const where = sourceOf(flags, env, 'no API does this');
  const { rules, from } = await chosenRules(flags, env);
  await using opened = await openLedger(where, { write: true });
  const projectIds = given && (await projectIdsOf(given, projectsIn(opened.ledger)));
  const { reevaluateAll } = await import('../../actions/reevaluate.ts');
  const progress = context.progress();
  const result: Reevaluation = { projects: 0, jobs: 0, changed: 0, findings: {} };
  const [principal] = principalsFromEnv(env);
  const options = {
    ...{ rules, projectIds, period: defined({ since, until }), principal, dryRun },
    ...{ runId: newObjectId(new Date()), at: new Date().toISOString(), progress, signal: interrupt.gently() },
  };
  const done = await context.unlessInterrupted(
    () =>
      reevaluateAll(opened.ledger, options, result)
        .finally(() => progress.clear())
        .then(() => true),
    () => `Stopped after ${result.jobs} jobs; ${result.changed} were changed. Run it again to go on.`,
  );
  if (!done) return;
  if (projectIds && result.projects < projectIds.length) {
    throw new CommandError('not every given project is in the ledger: check the ids, with restore-ledger coverage');
  }
  const table = () => out.line(summary(result, from, dryRun, out.paint));
  await showDocument({ rules: from, dryRun, ...result }, choice, context, table);
}

function summary({ projects, jobs, changed, findings }: Reevaluation, rules: string, dryRun: boolean, paint: Paint) {
  const counts = Object.entries(findings).map(([rule, { added, removed }]) => [rule, `+${added} -${removed}`]);
  return fieldLines(
    { rules, projects, jobs, [dryRun ? 'would change' : 'changed']: changed, ...Object.fromEntries(counts) },
    paint,
  );
}
