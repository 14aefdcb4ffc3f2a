// test/docs/generated.ts: the generated pages and tables of docs/.
import { readFileSync } from 'node:fs';
import { eventSchema } from '../../functions/schema/events.ts';
import { DETAIL_TYPES } from '../../functions/schema/words.ts';
import { SETTINGS } from '../../lib/settings/settings.ts';
import { costTable, paidAlarms } from '../lib/cost.ts';
import { KEY_POLICY_PATH, keyPolicy } from './key-policy.ts';

interface Generated {
  /** From the root of the repository. */
  path: string;
  /** Of the whole file. */
  text: () => string;
}

export const GENERATED: readonly Generated[] = [
  { path: 'docs/settings.md', text: settingsPage },
  { path: 'docs/cost.md', text: costPage },
  { path: KEY_POLICY_PATH, text: keyPolicy },
  ...DETAIL_TYPES.map((type) => ({
    path: `docs/events/${type.toLowerCase().replaceAll(' ', '-')}.schema.json`,
    text: () => `${JSON.stringify(eventSchema(type), undefined, 2)}\n`,
  })),
];

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

or on the command line, which takes precedence. Separate the elements of a list with commas:

\`\`\`bash
npx cdk deploy -c "schedule=rate(1 hour)" -c "excludeProjects=sandbox-*,demo-*"
\`\`\`

\`npx cdk synth\` rejects a wrong setting with its name, its value and what is allowed.

| name | meaning | unit | default | allowed |
| --- | --- | --- | --- | --- |
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
    .replace(/(?<=its secret, 0\.40, and )\S+ alarms, [\d.]+\d/, paidAlarms)
    .replace(/(?<=^\| clusters .*\n\| --- .*\n)(\|.*\n)+/m, () => `${costTable().join('\n')}\n`);
}
