// bin/template/main.ts: a template and its assets for CloudFormation without the CDK. `npm run template -- -c schedule="rate(1 hour)"`.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { settingsProblem } from '../ledger-app.ts';
import { EXIT, UsageError } from '../process/exit-codes.ts';
import { nextSteps } from './next-steps.ts';
import { synthesize } from './synthesize.ts';
import { checkFolder, writeTemplate } from './write-template.ts';

type Context = Readonly<Record<string, unknown>>;

const addSetting = (text: string, others: Context): Context => {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`expected NAME=VALUE, got ${text}`);
  return { ...others, [name]: value };
};

const { context, output } = new Command('npm run template --')
  .description('Writes a CloudFormation template that needs no CDK bootstrap, and its assets.')
  .option('-c, --context <name=value>', 'a setting, as for cdk deploy; docs/settings.md lists them', addSetting, {})
  .option('-o, --output <folder>', 'where to', 'template.out')
  .parse()
  .opts<{ context: Context; output: string }>();

const outdir = await mkdtemp(join(tmpdir(), 'restore-ledger-template-'));
try {
  await checkFolder(output); // before the minute that bundling may take
  const { context: inFile = {} } = JSON.parse(await readFile('cdk.json', 'utf8'));
  const selfContained = synthesize({ ...inFile, ...context }, outdir);
  for (const warning of selfContained.warnings) console.error(warning);
  const written = await writeTemplate(output, selfContained);
  console.log(nextSteps(written, selfContained.stackName));
} catch (error) {
  const problem = error instanceof UsageError ? error.message : settingsProblem(error);
  if (problem === undefined) throw error;
  console.error(problem);
  process.exitCode = EXIT.failed;
} finally {
  await rm(outdir, { recursive: true, force: true });
}
