// Everything that README.md tells a reader to paste is pasted, in its order, into a clone. Only AWS has a stand-in.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SERVE_PORT } from '../../bin/servers/serve.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo } from '../cli/command-line.ts';
import { costTable } from '../lib/cost.ts';
import { Clone, canPaste, type Started } from './clone.ts';
import { codeBlocks, readDocument } from './markdown.ts';

const README = readDocument('README.md');
const BLOCKS = codeBlocks(README);
const bash = (section: string) => BLOCKS.filter((block) => block.section === section && block.language === 'bash');
const PATHS = ['Try it', 'Use it with your Atlas', 'Deploy it'];

test('is short, and every block is run below', () => {
  expect(README.split('\n').length).toBeLessThan(120);
  for (const section of ['Atlas Restore Ledger', ...PATHS])
    expect([section, bash(section).length]).toEqual([section, 1]);
  expect(BLOCKS.filter(({ language }) => language !== 'text')).toHaveLength(1 + PATHS.length);
});

test('each path is ten lines at most', () => {
  for (const section of PATHS)
    expect([section, bash(section)[0]?.text.trimEnd().split('\n').length]).toEqual([
      section,
      expect.toSatisfy((lines: number) => lines <= 10),
    ]);
});

test('the price that it gives is that of docs/cost.md', () => {
  const [, hundred = ''] = costTable();
  expect(README).toContain(
    `A ledger of 100 clusters [costs](docs/cost.md) about ${hundred.split(' | ').at(-1)?.replace(' |', '')} US dollars`,
  );
});

test('its picture is small enough to load with the page', async () => {
  const [, picture = ''] = /!\[[^\]]+\]\((\S+)\)/.exec(README) ?? [];
  expect((await stat(picture)).size).toBeLessThan(150_000);
});

/** Some 15 processes one after the other: 20 s on a quiet machine, eight times that on a busy one. */
const TIMEOUT = { timeout: 180_000 };

describe.skipIf(!canPaste)('pasted (skipped where there is no bash or curl)', TIMEOUT, () => {
  const [start = '', check = ''] = bash('Atlas Restore Ledger')[0]?.text.split('\n') ?? [];
  let clone: Clone;
  let atlas: AtlasSimulator;
  /** `npm start`, until nothing more is asked of it. */
  let started: Started;

  beforeAll(async () => {
    clone = await Clone.open();
    atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 10 });
    started = await clone.start(start, /^Page and API +(http:\S+)[\s\S]*^Changes /m);
  }, TIMEOUT.timeout);
  afterAll(async () => {
    await clone[Symbol.asyncDispose]();
    await atlas.close();
  });

  const withoutComment = (line: string) => line.replace(/\s+#.*$/, '');

  test('the two commands', async () => {
    expect([start, check].map(withoutComment)).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    const { stdout, failed } = await clone.paste(check);
    expect({ stdout, failed }).toEqual({ stdout: expect.stringMatching(/Tests .*passed/), failed: [] });
  });

  test('try it', async () => {
    expect(README).toContain(`<http://127.0.0.1:${SERVE_PORT}>`);
    const [, url = ''] = started.said;
    expect(await (await fetch(url)).text()).toMatch(/^<!doctype html>/i);
    // Where somebody has the port, `npm start` takes another, and says which.
    const [block] = bash('Try it');
    const { stdout, stderr, failed } = await clone.paste(
      block?.text.replace(`http://127.0.0.1:${SERVE_PORT}`, url) ?? '',
    );
    expect({ failed, stderr: stderr.replace(/^The newest .*\n/, '') }).toEqual({ failed: [], stderr: '' });
    const [, jobId] = /^JOB=.*[\s\S]*"jobId":"(\w+)"/m.exec(`JOB=\n${stdout}`) ?? [];
    expect(jobId).toMatch(/^[0-9a-f]{24}$/);
    expect(stdout).toContain(' failed');
    await started.stop();
  });

  test('use it with your Atlas', async () => {
    const [block] = bash('Use it with your Atlas');
    const { clientId, clientSecret } = atlas.serviceAccount;
    const text = block?.text.replace('mdb_sa_id_...', clientId).replace('mdb_sa_sk_...', clientSecret) ?? '';
    const { stdout, failed } = await clone.paste(text, { env: { MONGODB_ATLAS_BASE_URL: atlas.url } });
    expect(failed.filter(({ code, command }) => code !== 3 || !/ledger (coverage|drills)/.test(command))).toEqual([]);
    expect(stdout).toMatch(/^result +complete$/m);
    expect((await stat(join(clone.dir, '.ledger/ledger.sqlite'))).isFile()).toBe(true);
    expect(await readFile(join(clone.dir, 'evidence.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    // The table that it shows is what this command prints, as far as 120 characters have room for its columns.
    const shown = BLOCKS.find(({ language }) => language === 'text')?.text.split('\n')[1] ?? '';
    const columns = (line: string) => line.split(/ {2,}/);
    const printed = columns(stdout.split('\n').find((line) => line.startsWith('requested (UTC)')) ?? '');
    expect(printed.filter((title) => columns(shown).includes(title))).toEqual(columns(shown));
  });

  test('deploy it', async () => {
    await using serving = await clone.start('bin/restore-ledger serve --port 0', /^(http:\S+)$/m, accessTo(atlas));
    const [, ApiUrl = ''] = serving.said;
    await clone.setOutput('ApiUrl', ApiUrl);
    const [block] = bash('Deploy it');
    const { stdout, stderr, failed } = await clone.paste(block?.text ?? '', {
      input: '{"clientId":"a","clientSecret":"b"}',
    });
    expect(
      failed.filter(({ code, command }) => code !== 3 || !/ledger drills/.test(command)),
      stderr,
    ).toEqual([]);
    expect(stdout).toMatch(/^result +complete$/m);
    expect((await clone.calls()).map((call) => call.join(' '))).toEqual(
      expect.arrayContaining([
        'npx cdk bootstrap',
        expect.stringMatching(/^aws secretsmanager put-secret-value --secret-id the-SecretArn /),
      ]),
    );
  });
});
