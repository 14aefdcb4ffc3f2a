// bin/main.ts: the command line as a whole.
import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { annotateCommand } from './commands/annotate.ts';
import { atlasCommand } from './commands/atlas-list.ts';
import { collectCommand } from './commands/collect.ts';
import { completionCommand } from './commands/completion.ts';
import { coverageCommand } from './commands/coverage.ts';
import { drillsCommand } from './commands/drills.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { expectCommand } from './commands/expected/expect.ts';
import { expectedCommand } from './commands/expected/expected.ts';
import { withdrawCommand } from './commands/expected/withdraw.ts';
import { jobCommand } from './commands/job.ts';
import { jobsCommand } from './commands/jobs.ts';
import { eraseCommand } from './commands/maintenance/erase.ts';
import { exportCommand } from './commands/maintenance/export.ts';
import { importCommand } from './commands/maintenance/import.ts';
import { lakeCommand } from './commands/maintenance/lake.ts';
import { reevaluateCommand } from './commands/maintenance/reevaluate.ts';
import { retentionCommand } from './commands/maintenance/retention.ts';
import { retireCommand } from './commands/maintenance/retire.ts';
import { profilesCommand } from './commands/profiles.ts';
import { runsCommand } from './commands/runs.ts';
import { searchCommand } from './commands/search.ts';
import { anchorCommand } from './commands/signed/anchor.ts';
import { publicKeyCommand } from './commands/signed/public-key.ts';
import { verifyEvidenceCommand } from './commands/signed/verify-evidence.ts';
import { summaryCommand } from './commands/summary.ts';
import { verifyCommand } from './commands/verify.ts';
import { watchCommand } from './commands/watch.ts';
import { applyProfile } from './options/profiles.ts';
import { Context } from './process/context.ts';
import { runProgram } from './process/run-program.ts';
import { serveCommand } from './servers/serve.ts';
import { simulateCommand } from './servers/simulate.ts';

/** Ends the process. @param argv without node and the file */
export function main(argv: readonly string[]): Promise<never> {
  const context = new Context(argv.includes('--verbose'));
  return runProgram(programFor(context), argv, context);
}

/** In the order of the help, under its headings. */
const COMMANDS: readonly (readonly [heading: string, commands: readonly ((context: Context) => Command)[]])[] = [
  ['Collect:', [collectCommand, watchCommand, runsCommand]],
  ['Query:', [jobsCommand, jobCommand, searchCommand, summaryCommand, coverageCommand, drillsCommand, serveCommand]],
  ['Announce and annotate:', [expectCommand, expectedCommand, withdrawCommand, annotateCommand]],
  ['Evidence and integrity:', [evidenceCommand, verifyCommand, anchorCommand, verifyEvidenceCommand, publicKeyCommand]],
  [
    'Maintenance:',
    [
      ...[reevaluateCommand, retireCommand, retentionCommand, eraseCommand],
      ...[exportCommand, importCommand, lakeCommand],
    ],
  ],
  ['Tools:', [simulateCommand, atlasCommand, profilesCommand, completionCommand]],
];

const HELP = `
Without --table (TABLE_NAME) or --api (RESTORE_LEDGER_API) the ledger is kept in the directory .ledger, without AWS.

Examples:
  $ restore-ledger simulate                       no Atlas account? start here
  $ restore-ledger collect                        read what your credentials see
  $ restore-ledger jobs --since 7d                what was restored this week
  $ restore-ledger coverage                       was everything read?
  $ restore-ledger drills                         which clusters need a restore?
  $ restore-ledger evidence --output report.html  all of it, for an auditor
  $ restore-ledger serve                          the same in a browser
  $ restore-ledger jobs --api https://...         ask a deployed ledger`;

export function programFor(context: Context): Command {
  const program = new Command('restore-ledger')
    .description('A durable record of every restore of every MongoDB Atlas cluster.')
    .version(packageJson.version)
    .addHelpText('after', HELP)
    .hook('preAction', (_, command) => applyProfile(command, process.env));
  for (const [heading, commands] of COMMANDS) {
    program.commandsGroup(heading);
    for (const make of commands) program.addCommand(make(context));
  }
  return program;
}
