// test/template/scanners.ts: what each scanner finds in a template, in one form.
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  type NagPack,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
} from 'cdk-nag';
import { mustRun, run } from '../deploy/processes.ts';
import { pathIn, type Synthesized, type Variant } from './variants.ts';

export interface Finding {
  /** `CKV_AWS_116`, `HIPAA.Security-LambdaDLQ`. */
  rule: string;
  /** The construct, by its path in the stack. */
  at: string;
  /** What the scanner says. */
  text: string;
}

export type Scanner = (variant: Variant, template: Synthesized) => Promise<Finding[]>;

const nag =
  (Pack: new () => NagPack): Scanner =>
  async (_, { stack }) =>
    new Pack().validateScope(stack).violations.flatMap(({ ruleName, description, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => ({
        rule: ruleName,
        at: pathIn(stack, constructPath),
        text: description,
      })),
    );

/** @param bin of the virtual environment */
export const scanners = (bin: string, env: NodeJS.ProcessEnv): Readonly<Record<string, Scanner>> => ({
  'cdk-nag AwsSolutions': nag(AwsSolutionsChecks),
  'cdk-nag Serverless': nag(ServerlessChecks),
  'cdk-nag NIST 800-53 R5': nag(NIST80053R5Checks),
  'cdk-nag HIPAA': nag(HIPAASecurityChecks),
  'cdk-nag PCI DSS 3.2.1': nag(PCIDSS321Checks),

  // I3042: a partition that is written out.
  'cfn-lint': async ({ region }, { file, pathOf }) => {
    const args = ['--format', 'json', '--regions', region, '--include-checks', 'I3042', '--', file];
    const { stdout, output } = await run(`${bin}/cfn-lint`, args, { env, cwd: '.' });
    if (!stdout.startsWith('[')) throw new Error(`cfn-lint did not print its findings:\n${output}`);
    type Match = { Message: string; Rule: { Id: string }; Location: { Path: string[] | null } };
    return (JSON.parse(stdout) as Match[]).map(({ Message, Rule, Location }) => ({
      rule: Rule.Id,
      at: pathOf(Location.Path?.[1] ?? ''),
      text: Message,
    }));
  },

  checkov: async (_, { file, pathOf }) => {
    const quiet = ['--compact', '--skip-download', '--soft-fail'];
    const args = ['--file', file, '--framework', 'cloudformation', '--output', 'json', ...quiet];
    const { stdout } = await mustRun(`${bin}/checkov`, args, { env, cwd: '.' });
    type Check = { check_id: string; check_name: string; resource: string };
    const { results } = JSON.parse(stdout) as { results: { failed_checks: Check[]; parsing_errors: unknown[] } };
    if (results.parsing_errors.length > 0) throw new Error(`checkov could not read ${file}`);
    return results.failed_checks.map(({ check_id, check_name, resource }) => ({
      rule: check_id,
      at: pathOf(resource.split('.').at(-1) ?? ''),
      text: check_name,
    }));
  },
});
