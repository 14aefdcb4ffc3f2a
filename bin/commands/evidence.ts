// bin/commands/evidence.ts: a report for an auditor, with every restore of a period and the proof that there were no others.
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { Command } from 'commander';
import { defined } from '../../functions/platform/defined.ts';
import { FRAMEWORK_IDS, type FrameworkId } from '../../functions/report/model/framework.ts';
import {
  BEGUN,
  EVIDENCE_FORMATS,
  type EvidenceFormat,
  type EvidenceRequest,
  hasBegun,
  isTooLong,
  MAX_PERIOD,
  periodOf,
} from '../../functions/report/model/request.ts';
import { objectivesOf } from '../../functions/restore/objectives/objective.ts';
import type { Rules } from '../../functions/restore/rules/rules.ts';
import { type Asked, type Make, madeHere, madeThere } from '../actions/evidence.ts';
import { checkPeriod, oneOf, someOf, time, timeZone as zone } from '../options/flags.ts';
import { addSourceOptions, resolveSource, type SourceFlags } from '../options/ledger-source.ts';
import { openLedger, type Target } from '../options/ledger-target.ts';
import { projects } from '../options/projects.ts';
import { chosenRules, type RulesFlags, refuseBesideApi, withRules } from '../options/rules.ts';
import { chosenSigner, type SigningFlags, withSigningKey } from '../options/signing.ts';
import type { Context } from '../process/context.ts';
import { EXIT, UsageError } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';
import { OutputFile } from '../process/output-file.ts';

interface EvidenceFlags extends SourceFlags, RulesFlags, SigningFlags {
  since?: string;
  until?: string;
  format?: EvidenceFormat;
  output?: string;
  verify?: true;
  collect?: true;
  timeZone?: string;
  project?: string[];
  cluster?: string;
  framework?: FrameworkId[];
  sign?: true;
}

const CODES = exitCodes({
  0: 'the report is made, gaps or not',
  1: 'the ledger could not be read',
  2: 'wrong usage',
  9: '--verify found that the record was changed (the report says where)',
  130: 'Ctrl-C: no file is written',
});

const HELP = `
The report has a verdict in plain words; every gap, where restores can't be ruled out because a list was not read since; every
restore with requester, source, target, duration, outcome and findings; drills met and missed; with objectives (--rules), how many
restores of each cluster met or missed them, and what is usual; and what no such report can show. The HTML is one file that needs
nothing else. The PDF has the same on pages; a character that its font lacks, such as a Chinese or Arabic one, is shown by its code
point. The report names people and API keys: keep it as you keep such records. With --time-zone, HTML and PDF show every time in that
zone, too; JSON has the period and the making of the report in it, and all else in UTC. --since and --until are in UTC.

A period is complete only where, after its end, a run listed all projects and clusters in scope, read every list of restore jobs to
its end, and ended; and where the ledger existed when the period began. The collector does that once a day, --collect does it now.

Until the verdict is known, what comes after it waits in a temporary file (in TMPDIR) as large as the report, which no other process
can open. With --api, the API makes the report, by its own objectives; one that takes long is waited for. CSV has a row for the
verdict, each gap, each limit of the report, each cluster and each restore (column "record"), and begins with a byte order mark, by
which Excel knows UTF-8.
With --framework, it shows by the controls of SOC 2, ISO 27001, DORA, NIS2, PCI DSS or HIPAA which facts are met, missing or not known;
it never says that a control is complied with. With --project, the report and its verdict are about these projects alone, and say so.

With --sign, the report's signature is put beside it, in FILE.dsse.json: verify-evidence checks it, without the ledger, and so does openssl
(docs/signatures.md).

${CODES}

Examples:
  $ restore-ledger evidence --output evidence.html
  $ restore-ledger evidence --collect --output evidence.html
  $ restore-ledger evidence --since 2026-07-01 --until 2026-10-01 --verify --output q3.html
  $ restore-ledger evidence --since 2026-07-01 --until 2026-10-01 --sign --output q3.html
  $ restore-ledger evidence --since 2026-01-01 --format json --table restore-ledger | jq '.gaps'
  $ restore-ledger evidence --api https://restores.example.com --output evidence.csv`;

export function evidenceCommand(context: Context): Command {
  const command = new Command('evidence')
    .description('write a report for an auditor: every restore of a period, and the proof that there were no others')
    .addOption(time('--since <time>', 'requested at or after, as in jobs (default: 90 days before --until)'))
    .addOption(time('--until <time>', 'requested before, as --since (default: now)'))
    .addOption(
      oneOf('-o, --format <format>', 'html, pdf, json or csv (default: as --output ends, else html)', EVIDENCE_FORMATS),
    )
    .addOption(zone('--time-zone <name>', 'show times in this zone too, such as Europe/Berlin (default: UTC alone)'))
    .addOption(projects('--project <id or name>', 'of this project alone; can be given several times'))
    .option('--cluster <name>', 'of clusters of this name alone, in one --project')
    .addOption(
      someOf(
        '--framework <names>',
        `by the controls of these, too: ${FRAMEWORK_IDS.join(', ')}; several with commas`,
        FRAMEWORK_IDS,
      ),
    )
    .option('--output <file>', 'write it here, once it is whole (default: standard output)')
    .option('--verify', 'recompute all histories too, as restore-ledger verify does')
    .option('--sign', 'put its signature beside it; needs --output')
    .option('--collect', 'read every list to its end first, to prove the time up to now; needs credentials')
    .addHelpText('after', HELP);
  return withSigningKey(withRules(addSourceOptions(command, 'have this API make it'))).action((flags: EvidenceFlags) =>
    evidence(flags, context),
  );
}

async function evidence(flags: EvidenceFlags, context: Context) {
  const { out, err, interrupt } = context;
  const { output, timeZone, verify, framework, project: projects, cluster: clusterName, sign, signingKey } = flags;
  if (sign && output === undefined) throw new UsageError('--sign: expected --output with it, got none');
  if (signingKey !== undefined && !sign) throw new UsageError('--signing-key: expected --sign with it, got none');
  if (clusterName !== undefined && projects?.length !== 1)
    throw new UsageError('--cluster: expected one --project with it, as names are unique only within a project');
  const asked = new Date();
  const period = periodOf(flags, asked);
  checkPeriod(period);
  if (!hasBegun(period, asked)) throw new UsageError(`--since: expected ${BEGUN}, got ${period.since}`);
  if (isTooLong(period)) throw new UsageError(`--since: expected ${MAX_PERIOD}`);
  const format = flags.format ?? formatFor(output);
  if (output === undefined && format === 'html' && out.isTerminal)
    throw new UsageError('--output: expected a file, as in --output evidence.html: a terminal does not show HTML');
  const request: EvidenceRequest = defined({ period, format, timeZone, verify, frameworks: framework });
  const make = await makerOf(flags, context, { request, at: asked, projects, clusterName });
  const signer = sign && (await signerOf(flags, context));
  const signal = interrupt.gently();
  const progress = context.progress();
  await using file = output === undefined ? undefined : await OutputFile.open('--output', output);
  const { SIGNATURE_ENDING, sealedReport } = await import('../../functions/signing/report.ts');
  await using signature = signer && (await OutputFile.open('--output', `${output}${SIGNATURE_ENDING}`));
  await using made = await make({ signal, progress }).finally(() => progress.clear());
  const hash = createHash('sha256');
  for await (const part of made.parts) {
    signal.throwIfAborted();
    hash.update(part);
    await (file ?? out).write(part);
  }
  if (signer && signature && output !== undefined && made.predicate) {
    const subject = { name: basename(output), sha256: hash.digest('hex') };
    await signature.write(await sealedReport(subject, made.predicate, signer));
    await signature.keep();
  }
  await file?.keep();
  if (made.isBroken) context.exitCode = EXIT.historyBroken;
  if (output !== undefined) await err.line(`${output}: ${made.summary}`);
}

async function signerOf({ signingKey, rules: _, ...source }: EvidenceFlags, { env }: Context) {
  const where = resolveSource(source, env);
  if ('api' in where) throw new UsageError("--sign can't be used with --api: sign where the ledger is");
  return chosenSigner(defined({ signingKey }), where);
}

/** Checks the flags. */
async function makerOf(flags: EvidenceFlags, context: Context, asked: Asked): Promise<Make> {
  const { rules: file, since, until, collect, ...source } = flags;
  const where = resolveSource(source, context.env);
  if ('api' in where) {
    refuseBesideApi(defined({ rules: file }));
    if (collect) throw new UsageError(NO_COLLECT);
    return madeThere(where.api, { ...asked, since, until }, context);
  }
  const { rules } = await chosenRules(flags, context.env);
  if (collect) await collectToTheEnd(where, rules, context);
  const about = { objectives: objectivesOf(rules.objectives), madeAt: collect ? new Date() : asked.at };
  return madeHere(where, { ...asked, ...about });
}

const NO_COLLECT = "--collect can't be used with --api: restore-ledger collect --full --api has its collector do it";

/** What fails is a gap in the report, and is printed here, too. */
async function collectToTheEnd(where: Target, rules: Rules, context: Context) {
  const { err, log, interrupt } = context;
  const [{ collectLocally, failureLine }, { atlasAccounts }] = await Promise.all([
    import('../actions/collect.ts'),
    import('../options/credentials.ts'),
  ]);
  await using accounts = await atlasAccounts(context);
  await using opened = await openLedger(where, { create: true });
  const running = { progress: context.progress(), signal: interrupt.gently() };
  const { failures } = await collectLocally([{}], true, { accounts, ledger: opened.ledger, rules, log, ...running });
  for (const failure of failures) await err.line(`not read: ${failureLine(failure)}`);
}

const FORMAT_OF_ENDING: Record<string, EvidenceFormat> = {
  '': 'html',
  '.html': 'html',
  '.htm': 'html',
  '.json': 'json',
  '.csv': 'csv',
  '.pdf': 'pdf',
};

/** @throws UsageError for a name that promises another format */
function formatFor(output = ''): EvidenceFormat {
  const format = FORMAT_OF_ENDING[extname(output).toLowerCase()];
  if (format) return format;
  const expected = 'a name that ends in .html, .pdf, .json or .csv, or --format with it';
  throw new UsageError(`--output: expected ${expected}, got ${JSON.stringify(output)}`);
}
