// test/docs/generated.ts: the generated pages and tables of docs/.
import { readFileSync } from 'node:fs';
import { programFor } from '../../bin/main.ts';
import { Context } from '../../bin/process/context.ts';
import { COLUMNS } from '../../functions/lake/columns.ts';
import { FRAMEWORKS, MET_WHERE } from '../../functions/report/frameworks/catalog.ts';
import { FACT_NAMES } from '../../functions/report/model/framework.ts';
import { eventSchema } from '../../functions/schema/events.ts';
import { DETAIL_TYPES } from '../../functions/schema/words.ts';
import { LAKE_QUERIES } from '../../lib/data/lake-queries.ts';
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
  { path: 'docs/lake.md', text: lakePage },
  { path: 'docs/frameworks.md', text: frameworksPage },
  { path: KEY_POLICY_PATH, text: keyPolicy },
  ...packageJson.man.map((path) => ({ path, text: commandManual })),
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
    .replaceAll(/^\| (.*?) \| (.*) \|$/gm, '$1: $2\n')
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

/** The page as it is, with the columns and questions of today. */
function lakePage(): string {
  const columns = COLUMNS.map(({ name, type, means }) => row(`\`${name}\``, type, means));
  const questions = LAKE_QUERIES.map(({ name, question, parameters = [], sql }) => {
    const marks = parameters.map((what) => ` The question mark is ${what}.`).join('');
    return `### ${name}\n\n${question}${marks}\n\n\`\`\`sql\n${sql}\n\`\`\`\n`;
  });
  const parts = { columns: [row('column', 'type', 'means'), row('---', '---', '---'), ...columns, ''], questions };
  return Object.entries(parts).reduce(
    (page, [name, lines]) =>
      page.replace(
        new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`),
        (_, begin: string, end: string) => `${begin}${lines.join('\n')}\n${end}`,
      ),
    readFileSync('docs/lake.md', 'utf8'),
  );
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

function frameworksPage(): string {
  const sections = Object.entries(FRAMEWORKS).map(([id, { name, edition, source, controls }]) => {
    const rows = controls.map((control) =>
      row(control.id, control.asks, control.facts.map((fact) => `\`${fact}\``).join(', '), control.beyond),
    );
    return `## ${name}

${edition}; its own text: <${source}>. On the command line: \`${id}\`.

| control | asks | facts | not shown by restores |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
  });
  return `# Frameworks

<!-- Generated from functions/report/frameworks/catalog.ts by \`npm run docs\`. Edit that, not this file. -->

An [evidence report](cli.md) can be read by the controls of a framework: \`restore-ledger evidence --framework\`, or
[\`framework\` of \`GET /evidence\`](http-api.md#evidence). For each control it shows the facts below, each \`met\`, \`missing\` or
\`not known\`, with the numbers that show it, and names what the control asks that no record of restores can show. A fact is \`met\` only
where the report is \`complete\`, and so is \`missing\` where a restore that is not on record could be what is missing. Whether a control
is complied with is for an auditor to say, and the report doesn't.

Controls are told here in our own words, as far as restores bear on them, as of November 2026. ISO/IEC 27001's A.8.14, redundancy, is
left out: restores show nothing of it.

| fact | is met where |
| --- | --- |
${FACT_NAMES.map((name) => row(`\`${name}\``, MET_WHERE[name])).join('\n')}

${sections.join('\n')}`;
}
