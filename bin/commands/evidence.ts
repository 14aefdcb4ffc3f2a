// bin/commands/evidence.ts: a report for an auditor, with every restore of a period and the proof that there were no others.
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { Command } from 'commander';
import { defined } from '../../functions/platform/defined.ts';
import type { EvidenceHead, Period, Report } from '../../functions/report/model/report.ts';
import { objectivesOf } from '../../functions/restore/objectives/objective.ts';
import type { Rules } from '../../functions/restore/rules/rules.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { checkPeriod, oneOf, time, timeZone } from '../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../options/ledger-source.ts';
import { openLedger, type Target } from '../options/ledger-target.ts';
import { chosenRules, type RulesFlags, withRules } from '../options/rules.ts';
import { chosenSigner, type SigningFlags, withSigningKey } from '../options/signing.ts';
import type { Context } from '../process/context.ts';
import { EXIT, UsageError } from '../process/exit-codes.ts';
import { unlessRaised } from '../process/interrupt.ts';
import { OutputFile } from '../process/output-file.ts';

const EVIDENCE_FORMATS = ['html', 'json'] as const;
type EvidenceFormat = (typeof EVIDENCE_FORMATS)[number];

interface EvidenceFlags extends SourceFlags, RulesFlags, SigningFlags {
  since?: string;
  until?: string;
  format?: EvidenceFormat;
  output?: string;
  verify?: true;
  collect?: true;
  timeZone?: string;
  sign?: true;
}

const DEFAULT_PERIOD_MS = 90 * 86_400_000;

const HELP = `
The report has a verdict in plain words; every gap, where restores can't be ruled out because a list was not read since; every
restore with requester, source, target, duration, outcome and findings; drills met and missed; with objectives (--rules), how many
restores of each cluster met or missed them, and what is usual; and what no such report can show. The HTML is one file that needs
nothing else, and prints well. It names people and API keys: keep it as you keep such records. With --time-zone, the HTML shows every
time in that zone, too; JSON has the period and the making of the report in it, and all else in UTC. --since and --until are in UTC.

A period is complete only where, after its end, a run listed all projects and clusters in scope, read every list of restore jobs to
its end, and ended; and where the ledger existed when the period began. The collector does that once a day, --collect does it now.

It reads the ledger itself (--table, --data), not an API. Until the verdict is known, what comes after it waits in a temporary file
(in TMPDIR) as large as the report, which no other process can open.

With --sign, the report's signature is put beside it, in FILE.dsse.json: verify-evidence checks it, without the ledger, and so does openssl
(docs/signatures.md).

Exit code: 0 the report is made, gaps or not, 9 --verify found that the record was changed (the report says where), 1 the ledger
could not be read, 2 wrong usage.

Examples:
  $ restore-ledger evidence --output evidence.html
  $ restore-ledger evidence --collect --output evidence.html
  $ restore-ledger evidence --since 2026-07-01 --until 2026-10-01 --verify --output q3.html
  $ restore-ledger evidence --since 2026-07-01 --until 2026-10-01 --sign --output q3.html
  $ restore-ledger evidence --since 2026-01-01 --format json --table restore-ledger | jq '.gaps'`;

export function evidenceCommand(context: Context): Command {
  const command = new Command('evidence')
    .description('write a report for an auditor: every restore of a period, and the proof that there were no others')
    .addOption(time('--since <time>', 'requested at or after, as in jobs (default: 90 days before --until)'))
    .addOption(time('--until <time>', 'requested before, as --since (default: now)'))
    .addOption(oneOf('--format <format>', 'html or json (default: as --output ends, else html)', EVIDENCE_FORMATS))
    .addOption(
      timeZone('--time-zone <name>', 'show times in this zone too, such as Europe/Berlin (default: UTC alone)'),
    )
    .option('--output <file>', 'write it here, once it is whole (default: standard output)')
    .option('--verify', 'recompute all histories too, as restore-ledger verify does')
    .option('--sign', 'put its signature beside it; needs --output')
    .option('--collect', 'read every list to its end first, to prove the time up to now; needs credentials')
    .addHelpText('after', HELP);
  return withSigningKey(withRules(withLedger(command))).action((flags: EvidenceFlags) => evidence(flags, context));
}

async function evidence(flags: EvidenceFlags, context: Context) {
  const { out, err, env, interrupt } = context;
  const { output, collect, verify = false, timeZone, sign, signingKey } = flags;
  if (sign && output === undefined) throw new UsageError('--sign: expected --output with it, got none');
  if (signingKey !== undefined && !sign) throw new UsageError('--signing-key: expected --sign with it, got none');
  const asked = new Date();
  const period = periodOf(flags, asked);
  const where = sourceOf(flags, env, 'the proof of what was read is in the ledger itself');
  const signer = sign && (await chosenSigner(defined({ signingKey }), where));
  const format = flags.format ?? formatFor(output);
  const { rules } = await chosenRules(flags, env);
  const objectives = objectivesOf(rules.objectives);
  if (collect) await collectToTheEnd(where, rules, context);
  const madeAt = (collect ? new Date() : asked).toISOString();
  const signal = interrupt.gently();
  const progress = context.progress();
  await using file = output === undefined ? undefined : await OutputFile.open('--output', output);
  const { SIGNATURE_ENDING, sealedReport } = await import('../../functions/signing/report.ts');
  await using signature = signer && (await OutputFile.open('--output', `${output}${SIGNATURE_ENDING}`));
  await using opened = await openLedger(where);
  const { gather } = await import('../../functions/report/gather/gather.ts');
  const ledgerName = 'tableName' in where ? where.tableName : where.dataDir;
  const options = { period, verify, progress, objectives, timeZone, version: packageJson.version, madeAt, ledgerName };
  await using report = await emptyReport(format, timeZone);
  const hash = createHash('sha256');
  const head = await unlessRaised(signal, gather(opened.ledger, options, report)).finally(() => progress.clear());
  for await (const part of report.parts(head)) {
    signal.throwIfAborted();
    hash.update(part);
    await (file ?? out).write(part);
  }
  if (signer && signature && output !== undefined) {
    const { verdict, gaps, numbers } = head;
    const { since, until } = period;
    const said = { restores: numbers.restores, verdict: verdict.state, gaps: gaps.length };
    const predicate = { ledger: ledgerName, since, until, madeAt, version: packageJson.version, ...said };
    await signature.write(
      await sealedReport({ name: basename(output), sha256: hash.digest('hex') }, predicate, signer),
    );
    await signature.keep();
  }
  await file?.keep();
  if (head.integrity?.unbroken === false) context.exitCode = EXIT.historyBroken;
  if (output !== undefined) await err.line(`${output}: ${summary(head)}`);
}

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
};

/** @throws UsageError for a name that promises another format */
function formatFor(output = ''): EvidenceFormat {
  const format = FORMAT_OF_ENDING[extname(output).toLowerCase()];
  if (format) return format;
  const expected = 'a name that ends in .html or .json, or --format html or json with it';
  throw new UsageError(`--output: expected ${expected}, got ${JSON.stringify(output)}`);
}

function periodOf({ since, until }: EvidenceFlags, now: Date): Period {
  const end = until ?? now.toISOString();
  const begin = since ?? new Date(Date.parse(end) - DEFAULT_PERIOD_MS).toISOString();
  checkPeriod({ since: begin, until: end });
  return { since: begin, until: end, ended: end < now.toISOString() };
}

async function emptyReport(format: EvidenceFormat, timeZone: string | undefined): Promise<Report> {
  if (format === 'json') return new (await import('../../functions/report/formats/json.ts')).JsonReport();
  return new (await import('../../functions/report/html/report.ts')).HtmlReport(timeZone);
}

function summary({ numbers: { restores, clusters }, gaps, verdict, integrity }: EvidenceHead): string {
  const checked = integrity ? `, histories ${integrity.unbroken ? 'unbroken' : 'BROKEN'}` : '';
  return `${restores} restores of ${clusters} clusters, ${verdict.state}${gaps.length === 0 ? '' : `, ${gaps.length} gaps`}${checked}`;
}
