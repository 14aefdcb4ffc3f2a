// Everything that README.md tells a reader to paste is pasted, in its order, into a clone. Only AWS has a stand-in.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SERVE_PORT } from '../../bin/servers/serve.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo } from '../cli/command-line.ts';
import { Clone, canPaste, type Started } from './clone.ts';
import { commandsRunBy } from './documented-commands.ts';
import { codeBlocks, readDocument } from './markdown.ts';

const README = readDocument('README.md');
const BLOCKS = codeBlocks(README);
const COMMANDS = commandsRunBy('test/docs/readme.slow.test.ts');
const bash = (section: string) => COMMANDS.filter((command) => command.section === section && command.form === 'block');

describe.skipIf(!canPaste)('pasted (skipped where there is no bash or curl)', () => {
  const [start = '', check = ''] = BLOCKS[0]?.text.split('\n') ?? [];
  let clone: Clone;
  let atlas: AtlasSimulator;
  /** `npm start`, until nothing more is asked of it. */
  let started: Started;

  beforeAll(async () => {
    clone = await Clone.open();
    atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 10 });
    started = await clone.start(start, /^Page and API +(http:\S+)[\s\S]*^Changes /m);
  });
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
    expect({ failed, stderr: stderr.replaceAll(/^(The newest|Requested from) .*\n/gm, '') }).toEqual({
      failed: [],
      stderr: '',
    });
    const [, jobId = 'none'] = /"jobId":"(\w+)"/.exec(stdout) ?? [];
    expect(stdout).toMatch(new RegExp(`^job +${jobId}$`, 'm'));
    expect(stdout).toMatch(/ cross-project [\s\S]*drill[\s\S]*up to date[\s\S]*^day .* median /m);
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
    // The table that it shows is what its command prints, as far as 120 characters have room for its columns.
    const shown = BLOCKS.find(({ language }) => language === 'text')?.text.split('\n')[1] ?? '';
    const columns = (line: string) => line.split(/ {2,}/);
    const [prompt, ...others] = COMMANDS.filter(({ form }) => form === 'prompt');
    expect(others).toEqual([]);
    const printed = columns((await clone.paste(prompt?.text ?? '')).stdout.split('\n')[0] ?? '');
    expect(printed.filter((title) => columns(shown).includes(title))).toEqual(columns(shown));
  });

  test('deploy it', async () => {
    await using serving = await clone.start('bin/restore-ledger serve --port 0', /^(http:\S+)$/m, accessTo(atlas));
    const [, ApiUrl = ''] = serving.said;
    await clone.setOutput('ApiUrl', ApiUrl);
    const [block] = bash('Deploy it');
    await writeFile(join(clone.dir, 'atlas-key.json'), '{"clientId":"a","clientSecret":"b"}');
    const { stdout, stderr, failed } = await clone.paste(block?.text ?? '');
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
