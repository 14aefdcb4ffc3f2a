import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FONT_FILES } from '../../functions/report/pdf/font-files.ts';
import { reportFonts } from '../../functions/report/pdf/fonts.ts';
import { BUNDLING, bundle } from '../../lib/compute/bundle.ts';
import { type Bundles, bundles } from './bundles.ts';

/** Bytes that a start reads: up to a tenth more than on 2026-11-30. */
const BUDGET = {
  plan: 450_000,
  collect: 540_000,
  notify: 234_000,
  message: 332_000,
  api: 520_000, // S3's client comes later, but what it shares with DynamoDB's, such as XML, lies in the same file: 26 KB
  hub: 296_000,
  retention: 271_000,
  lake: 515_000,
  evidence: 700_000,
  report: 700_000,
};
const NAMES = [
  'plan',
  'collect',
  'notify',
  'message',
  'api',
  'hub',
  'retention',
  'lake',
  'evidence',
  'report',
] as const;
/** Beside the code, and read by no function. */
const LEGAL = ['THIRD-PARTY-LICENSES.txt', 'sbom.cdx.json'];
/** Those of today. Another needs a look at what it asks of those who pass the code on. */
const PERMISSIVE = ['Apache-2.0', 'MIT'];
/** Of what makes PDFs: entities of HTML, and fonts that stay as they are. */
const OF_PDF = ['BSD-2-Clause', 'OFL-1.1'];
const MAKES_PDF: readonly string[] = ['evidence', 'report'];
const FONTS = 'functions/report/pdf/fonts.ts';
const ENVIRONMENT = {
  TABLE_NAME: 'ledger',
  ATLAS_SECRET_ID: 'atlas/key',
  COLLECT_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/orders',
  EVENT_BUS_NAME: 'ledger',
  MESSAGE_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/messages',
  MESSAGE_TOPIC_ARNS: 'arn:aws:sns:eu-west-1:111111111111:ledger',
  MESSAGE_SEVERITIES: 'critical',
  JOB_RETENTION_DAYS: '365',
  LAKE_BUCKET: 'lake',
  LAKE_BUCKET_OWNER: '111111111111',
  LAKE_PREFIX: 'AtlasRestoreLedger/changes/',
  EVIDENCE_BUCKET: 'evidence',
  EVIDENCE_BUCKET_OWNER: '111111111111',
  EVIDENCE_PREFIX: 'AtlasRestoreLedger/evidence/',
  REPORT_PREFIX: 'AtlasRestoreLedger/requested/',
  SIGNING_KEY_ARN: 'arn:aws:kms:eu-west-1:111111111111:key/abc',
  AWS_REGION: 'eu-west-1',
};

describe('bundles', () => {
  let built: Bundles;
  beforeAll(() => {
    built = bundles();
  }, 300_000);
  afterAll(() => built[Symbol.dispose]());

  /** Everything that is uploaded, but for fonts. */
  const codeOf = (name: (typeof NAMES)[number], files = readdirSync(built.folders[name])) =>
    files
      .filter((file) => file !== 'node_modules')
      .map((file) => readFileSync(join(built.folders[name], file), 'utf8'))
      .join('\n');

  /** The file to begin with, and those that it begins with. */
  function startOf(name: (typeof NAMES)[number]): string {
    const files = new Set(['index.mjs']);
    for (const file of files) {
      for (const [, next] of codeOf(name, [file]).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) files.add(next ?? '');
    }
    return codeOf(name, [...files]);
  }

  test.each(NAMES)('%s: what a start reads is within its budget', (name) => {
    const others = readdirSync(built.folders[name]).filter((file) => !file.endsWith('.mjs'));
    expect(others.sort()).toEqual([...LEGAL, ...(MAKES_PDF.includes(name) ? ['node_modules'] : [])].sort());
    const code = startOf(name);
    console.log(`${name}: ${code.length} bytes of ${BUDGET[name]}, ${gzipSync(code).length} compressed`);
    expect(code.length).toBeLessThan(BUDGET[name]);
  });

  test.each(NAMES)('%s: every package in it is in its licence file and its bill of materials', (name) => {
    const entryPoints = [`functions/handlers/${name}.ts`];
    const { metafile } = buildSync({ ...BUNDLING, entryPoints, outdir: 'unused', write: false, metafile: true });
    const inputs = Object.keys(metafile.inputs).filter((file) => file.includes('node_modules/'));
    const folders = [
      ...new Set(inputs.map((file) => file.replace(/(node_modules\/(@[^/]+\/)?[^/]+)\/(?!.*node_modules).*/, '$1'))),
    ];
    expect(folders.length).toBeGreaterThan(10);
    if (MAKES_PDF.includes(name)) folders.push('node_modules/@fontsource/noto-sans'); // copied: esbuild knows nothing of it

    const licences = readFileSync(join(built.folders[name], 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    const { components } = JSON.parse(readFileSync(join(built.folders[name], 'sbom.cdx.json'), 'utf8'));
    const said = (components as { purl: string }[]).map(({ purl }) => decodeURIComponent(purl));
    const wanted = folders.map((folder) => {
      const { name: of, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      expect([...PERMISSIVE, ...(MAKES_PDF.includes(name) ? OF_PDF : [])], of).toContain(license);
      expect(licences).toContain(`${of} ${version} (${license})\n`);
      const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each)) ?? 'no licence';
      expect(licences).toContain(readFileSync(join(folder, file), 'utf8').trim());
      return `pkg:npm/${of}@${version}`;
    });
    expect(said.sort()).toEqual(wanted.sort());
  });

  test.each(NAMES)('%s starts', (name) => {
    const url = pathToFileURL(join(built.folders[name], 'index.mjs')).href;
    const script = `
      const { handler } = await import(${JSON.stringify(url)});
      process.stdout.write(typeof handler);`;
    const env = { PATH: process.env.PATH, ...ENVIRONMENT };
    const type = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(type.toString()).toBe('function');
  });

  test.each(NAMES)('%s takes credentials from the environment alone', (name) => {
    const code = codeOf(name);
    expect(code.includes('AWS_SECRET_ACCESS_KEY')).toBe(true);
    expect(['AssumeRole', 'GetRoleCredentials'].filter((word) => code.includes(word))).toEqual([]);
  });

  test.each(NAMES)('%s imports nothing that loads the whole fetch of Node', (name) => {
    // As an ES module, `node:http` has all its exports read, and `WebSocket` among them is undici's: 30 ms of CPU (Node 24).
    const code = startOf(name);
    expect(/from\s*["'](node:)?http["']/.test(code)).toBe(false);
  });

  test('the API answers, and does not begin with the client that starts a run', () => {
    expect(startOf('api')).not.toContain('2015-03-31/functions');
    expect(startOf('api')).not.toContain('ListObjectsV2'); // nor with S3's, of which it takes only what fetches a report
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(join(built.folders.api, 'index.mjs')).href)});
      const http = { method: 'GET' };
      const { statusCode } = await handler({ rawPath: '/health', headers: {}, requestContext: { domainName: 'a', http } });
      process.stdout.write(String(statusCode));`;
    const env = { PATH: process.env.PATH, ...ENVIRONMENT };
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { env }).toString()).toBe('200');
  });

  test('the API has no code to call Atlas or to write to a queue, and starts without any to read a secret', () => {
    for (const word of ['UND_ERR', 'SendMessageBatch']) expect(codeOf('api')).not.toContain(word);
    expect(startOf('api')).not.toContain('GetSecretValue'); // only sign-in reads one, and loads the code when it does
  });

  test('notify has no code to read the table, a secret or a queue', () => {
    const code = codeOf('notify');
    expect(code).toContain('PutEvents');
    for (const word of ['GetSecretValue', 'UND_ERR', 'SendMessage', 'UpdateItem']) expect(code).not.toContain(word);
  });

  test('message has no code to read a secret, to call Atlas or to put events', () => {
    const code = codeOf('message');
    for (const word of ['GetSecretValue', 'UND_ERR', 'PutEvents']) expect(code).not.toContain(word);
  });

  test('what makes PDFs finds the fonts beside it, wherever that is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'restore-ledger-fonts-'));
    try {
      const entry = join(folder, 'entry.mjs');
      writeFileSync(entry, `export * from ${JSON.stringify(join(BUNDLING.absWorkingDir, FONTS))};`);
      bundle(entry, join(folder, 'code'));
      const url = pathToFileURL(join(folder, 'code/index.mjs')).href;
      const script = `
        const { reportFonts } = await import(${JSON.stringify(url)});
        const widths = ['A', 'Ω', 'Ж', 'ế'].flatMap((c) => reportFonts().glyphs(c.codePointAt(0), 'bold').map(({ width }) => width));
        process.stdout.write(JSON.stringify(widths));`;
      const options = { cwd: folder, env: { PATH: process.env.PATH } };
      const widths = JSON.parse(
        execFileSync(process.execPath, ['--input-type=module', '-e', script], options).toString(),
      );
      const expected = [...'AΩЖế'].flatMap((c) => reportFonts().glyphs(c.codePointAt(0) ?? 0, 'bold'));
      expect(widths).toEqual(expected.map(({ width }) => width));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('what makes PDFs carries the fonts, and loads them and their code only then; others have neither', () => {
    for (const name of NAMES) {
      const makesPdf = MAKES_PDF.includes(name);
      expect([name, codeOf(name).includes('@fontsource/noto-sans')]).toEqual([name, makesPdf]);
      expect([name, startOf(name).includes('@fontsource/noto-sans')]).toEqual([name, false]);
      if (!makesPdf) continue;
      for (const file of Object.values(FONT_FILES).flat()) {
        const [there, here] = [join(built.folders[name], 'node_modules', file), join('node_modules', file)];
        expect(readFileSync(there).equals(readFileSync(here))).toBe(true);
      }
    }
  });

  test('with source maps, they lie beside the bundle and quote no source', () => {
    using withMaps = bundles({ sourceMaps: true });
    const folder = withMaps.folders.plan;
    const files = readdirSync(folder);
    const code = files.filter((file) => file.endsWith('.mjs'));
    expect(files.sort()).toEqual([...LEGAL, ...code.flatMap((file) => [file, `${file}.map`])].sort());
    expect(statSync(join(folder, 'index.mjs')).size).toBeLessThan(BUDGET.plan);
    for (const file of code) {
      expect(JSON.parse(readFileSync(join(folder, `${file}.map`), 'utf8'))).not.toHaveProperty('sourcesContent');
    }
    // A setting that is missing fails the start, and the stack trace names the file that reads it.
    const start = `await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)})`;
    const options = ['--enable-source-maps', '--input-type=module', '-e', start];
    const { stderr } = spawnSync(process.execPath, options, { env: { PATH: process.env.PATH }, encoding: 'utf8' });
    expect(stderr).toMatch(/TABLE_NAME: expected[\s\S]*functions\/runtime\/settings\.ts:\d+/);
  }, 300_000);
});
