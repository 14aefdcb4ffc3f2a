// test/docs/generated.ts: the generated pages and tables of docs/.
import { readFileSync } from 'node:fs';
import { programFor } from '../../bin/main.ts';
import { Context } from '../../bin/process/context.ts';
import { eventSchema } from '../../functions/schema/events.ts';
import { DETAIL_TYPES } from '../../functions/schema/words.ts';
import { SETTINGS } from '../../lib/settings/settings.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { costTable, paidMonitoring } from '../lib/cost.ts';
import { alarmTable } from '../lib/monitoring/simulation/table.ts';
import { ACKNOWLEDGED } from '../template/acknowledged.ts';
import { KEY_POLICY_PATH, keyPolicy } from './key-policy.ts';
import { manPage } from './man-page.ts';

interface Generated {
  /** From the root of the repository. */
  path: string;
  /** Of the whole file. */
  text: () => string;
}

export const GENERATED: readonly Generated[] = [
  { path: 'docs/settings.md', text: settingsPage },
  { path: 'docs/cost.md', text: costPage },
  { path: 'docs/template-checks.md', text: templateChecksPage },
  { path: 'docs/operations.md', text: operationsPage },
  { path: KEY_POLICY_PATH, text: keyPolicy },
  { path: packageJson.man, text: commandManual },
  ...DETAIL_TYPES.map((type) => ({
    path: `docs/events/${type.toLowerCase().replaceAll(' ', '-')}.schema.json`,
    text: () => `${JSON.stringify(eventSchema(type), undefined, 2)}\n`,
  })),
];

/** Sections of the command line's page that `--help` does not have. */
const IN_THE_MANUAL = { 'EXIT STATUS': 'Exit codes', FILES: 'Profiles' };

function commandManual(): string {
  const page = readFileSync('docs/cli.md', 'utf8');
  const sectionOf = (title: string) => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
  const sections = Object.entries(IN_THE_MANUAL).map(([name, title]) => [name, plainText(sectionOf(title))]);
  return manPage(programFor(new Context(false)), Object.fromEntries(sections));
}

/** Markdown's paragraphs, tables and blocks as they are read in a terminal. */
const plainText = (section: string) =>
  section
    .replace(/^.*\n/, '')
    .replaceAll(/^\| (code|---).*\n/gm, '')
    .replaceAll(/^\| (.*?) \| (.*) \|$/gm, '$1: $2')
    .replaceAll(/^```.*\n?/gm, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '');

function settingsPage(): string {
  const rows = Object.entries(SETTINGS).map(([name, { means, unit = '', default: value, allowed }]) =>
    row(`\`${name}\``, means, unit, shown(value), allowed),
  );
  return `# Settings

<!-- Generated from lib/settings/ by \`npm run docs\`. Edit that, not this file. -->

Put the settings of a deployment into \`cdk.json\`, under \`ledger\`:

\`\`\`json
{
  "context": {
    "ledger": { "schedule": "rate(1 hour)", "excludeProjects": ["sandbox-*"], "messageEmail": "dba@example.com" }
  }
}
\`\`\`

or on the command line, which takes precedence. Separate the elements of a list with commas, lines of \`objectives\` with semicolons:

\`\`\`bash
npx cdk deploy -c "schedule=rate(1 hour)" -c "excludeProjects=sandbox-*,demo-*"
\`\`\`

\`npx cdk synth\` rejects a wrong setting with its name, its value and what is allowed.

| name | meaning | unit | default | allowed |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function templateChecksPage(): string {
  const codes = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const rows = ACKNOWLEDGED.map(({ rules, at, unless, reason }) =>
    row(codes(rules), codes(at), unless ? `\`${unless}\`` : '', reason),
  );
  return `# Checks of the template

<!-- Generated from test/template/acknowledged.ts by \`npm run docs\`. Edit that, not this file. -->

\`npm run test:template\` scans the template with cfn-lint, checkov and the packs of cdk-nag: AwsSolutions, Serverless, NIST 800-53 R5,
HIPAA and PCI DSS 3.2.1. It scans the defaults and every option, each in the commercial, GovCloud and China partitions. No scanner proves
that a deployment complies with anything; this page is what they find, and why it stays. A finding that is not listed fails the command,
and so does a line that is no longer needed. Findings of AwsSolutions are acknowledged beside their constructs, in \`lib/\`.

| rules | constructs | ended by the setting | why it stays |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

function shown(value: unknown): string {
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? '' : String(value);
  return text === '' ? 'none' : `\`${text}\``;
}

/** The page as it is, with the prices of today. */
function costPage(): string {
  const page = readFileSync('docs/cost.md', 'utf8');
  return page
    .replace(/(?<=its secret, 0\.40, )\d+ metrics, [\d.]+, and \d+ alarms, [\d.]+\d/, paidMonitoring)
    .replace(/(?<=^\| clusters .*\n\| --- .*\n)(\|.*\n)+/m, () => `${costTable().join('\n')}\n`);
}

/** The page as it is, with the alarms of today. */
function operationsPage(): string {
  const page = readFileSync('docs/operations.md', 'utf8');
  return page.replace(/(?<=^\| schedule .*\n\| --- .*\n)(\|.*\n)+/m, () => `${alarmTable().join('\n')}\n`);
}
