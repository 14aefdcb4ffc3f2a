// test/lib/upgrade/write-former.ts: makes a commit the former version that upgrades are tested from: `npm run former-template -- v0.1.0`.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_DIR } from '../../cli/command-line.ts';
import { checkOut, FORMER_FILE, type Former, keptOf, type Resources, VARIANTS } from './former.ts';

const run = promisify(execFile);

async function resourcesOf(app: string, settings: unknown): Promise<Resources> {
  const output = await mkdtemp(join(app, 'cdk.out-'));
  const context = JSON.stringify({ ledger: settings, 'aws:cdk:bundling-stacks': [] });
  await run(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: app,
    env: { ...process.env, CDK_OUTDIR: output, CDK_CONTEXT_JSON: context },
  });
  const [template = ''] = (await readdir(output)).filter((name) => name.endsWith('.template.json'));
  return JSON.parse(await readFile(join(output, template), 'utf8')).Resources;
}

const [, , name] = process.argv;
if (!name) throw new Error('expected a commit or a tag, got nothing');
const { stdout } = await run('git', ['rev-parse', `${name}^{commit}`], { cwd: PACKAGE_DIR });
const commit = stdout.trim();
const folder = await mkdtemp(join(tmpdir(), 'restore-ledger-former-'));
try {
  await checkOut(commit, folder);
  const { SETTINGS } = await import(join(folder, 'lib/settings/settings.ts'));
  const resources: Record<string, Resources> = {};
  for (const [variant, settings] of Object.entries(VARIANTS)) {
    const known = Object.entries(settings).filter(([setting]) => setting in SETTINGS); // it may be older than some
    resources[variant] = keptOf(await resourcesOf(folder, Object.fromEntries(known)));
  }
  const former: Former = { commit, resources };
  await writeFile(FORMER_FILE, `${JSON.stringify(former, undefined, 1)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
