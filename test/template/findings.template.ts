// What other people's checks find in the template, less what is acknowledged with a reason.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { venv } from '../deploy/venv.ts';
import { ACKNOWLEDGED, acknowledges } from './acknowledged.ts';
import { type Finding, scanners } from './scanners.ts';
import { synthesize, VARIANTS } from './variants.ts';

const folder = mkdtempSync(join(tmpdir(), 'restore-ledger-template-'));
/** Nothing of whoever runs this: no account of theirs, no settings of the scanners. */
const env = { PATH: process.env.PATH, HOME: folder, LOG_LEVEL: 'ERROR' };
const NAMES = Object.keys(scanners('', env));
let scan: ReturnType<typeof scanners>;
const found = new Map<string, Finding[]>();

beforeAll(async () => {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  scan = scanners(await venv({ name: 'template', requirements, env: process.env }), env);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(VARIANTS)('$name', (variant) => {
  test.each(NAMES)('%s finds nothing that is not acknowledged', async (name) => {
    const template = synthesize(variant, folder);
    const findings = (await scan[name]?.(variant, template)) ?? [];
    found.set(`${variant.name}: ${name}`, findings);
    const open = findings.filter((finding) => !ACKNOWLEDGED.some((each) => acknowledges(each, finding, variant.given)));
    expect(open).toEqual([]);
  });
});

test('every scanner has found something', () => {
  const silent = NAMES.filter((name) => [...found].every(([key, all]) => !key.endsWith(name) || all.length === 0));
  expect(silent).toEqual(['cdk-nag AwsSolutions']); // acknowledged beside the constructs
});

test('every acknowledgement is still needed', () => {
  const needless = ACKNOWLEDGED.filter(
    (each) =>
      !VARIANTS.some(({ name, given }) =>
        [...found].some(
          ([key, all]) => key.startsWith(`${name}: `) && all.some((one) => acknowledges(each, one, given)),
        ),
      ),
  );
  expect(needless).toEqual([]);
});
