import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chained, relinked } from '../../functions/ledger/model/hash-chain.ts';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { expectedKey, jobKey } from '../../functions/ledger/table/keys.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { commandsRunBy } from '../docs/documented-commands.ts';
import { type CollectedJob, collected, putItem, storedItem, tamper } from './collected.ts';
import { accessTo, CommandLine, valuesOf } from './command-line.ts';

describe('anchors', () => {
  let shell: CommandLine;
  let jobs: CollectedJob[];
  collected((it) => {
    ({ shell, jobs } = it);
  });
  const keyOf = ({ projectId, jobId }: CollectedJob) => jobKey(projectId, jobId);

  /** As a writer would who knows the scheme: nobody asked for it, under a chain made anew. What a day keeps of its jobs says nothing of it. */
  function forge(job: CollectedJob): string {
    const before = storedItem(shell, keyOf(job));
    const stored = JSON.parse(before) as LedgerJob;
    const changes = stored.changes.slice(0, -1);
    const { previous: _, state: __, ...last } = stored.changes.at(-1) as LedgerJob['changes'][number];
    const forged = { ...stored, requester: { reason: 'none' as const }, changes: relinked({ ...stored, changes }) };
    putItem(shell, keyOf(job), JSON.stringify({ ...forged, changes: [...forged.changes, chained(forged, last)] }));
    return before;
  }

  const anchor = (...args: string[]) => shell.run(['anchor', '--output', 'anchors', ...args]);
  const against = (...args: string[]) => shell.run(['verify', '--against', 'anchors', ...args]);
  const trusted = ['--public-key', 'ledger.pem'];

  test('a day has one anchor, signed by a key of the ledger that only its owner can read', async () => {
    expect(await anchor()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Anchored ${jobs.length} restore jobs of 2 projects, ${jobs.length} of them new`),
    });
    expect(statSync(join(shell.dir, '.ledger/signing-key.pem')).mode & 0o777).toBe(0o600);
    expect(await anchor()).toMatchObject({ code: 0, stdout: expect.stringContaining('has its anchor already') });
    const { code, stdout } = await shell.run(['public-key']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/)]);
    await writeFile(join(shell.dir, 'ledger.pem'), stdout);
  });

  test('a ledger is as anchored; a key found beside the anchors is told, and proves nothing', async () => {
    const { code, stdout } = await against(...trusted);
    expect(valuesOf(stdout)).toMatchObject({ result: 'unbroken', 'as anchored': `${jobs.length} jobs` });
    expect(code).toBe(0);
    const found = await against();
    expect(found).toMatchObject({ code: 3, stdout: expect.stringContaining('the key was found beside the anchors') });
    expect(await shell.run(['verify', ...trusted])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--public-key: expected --against with it, got none'),
    });
  });

  test('a history that was made anew passes verify, and is named against the anchor', async () => {
    const [job] = jobs as [CollectedJob];
    const before = forge(job);
    expect(await shell.run(['verify'])).toMatchObject({ code: 0 });
    const { code, stdout } = await against(...trusted);
    expect(code).toBe(9);
    expect(stdout).toContain(`${job.projectName} (${job.projectId}), job ${job.jobId}, revision `);
    expect(stdout).toContain('its history is not the one that was anchored: it was made anew');
    const json = JSON.parse((await against(...trusted, '--project', job.projectId, '--json')).stdout);
    expect(json).toMatchObject({
      ...{ result: 'broken', breakCount: 0 },
      anchors: { differingCount: 1, differing: [{ jobId: job.jobId, what: 'rewritten' }] },
    });
    putItem(shell, keyOf(job), before);
    expect(await against(...trusted)).toMatchObject({ code: 0 });
  });

  test('a job that is not there any more is named', async () => {
    const [, job] = jobs as [CollectedJob, CollectedJob];
    const before = storedItem(shell, keyOf(job));
    tamper(shell, keyOf(job), 'DELETE FROM items');
    const { code, stdout } = await against(...trusted);
    expect(code).toBe(9);
    expect(stdout).toMatch(
      new RegExp(`job ${job.jobId}, revision \\d+ of the anchor of [-\\d]+: was anchored, and is not there`),
    );
    putItem(shell, keyOf(job), before);
    expect(await against(...trusted)).toMatchObject({ code: 0 });
  });

  test('an announced restore that was altered is named, and so is a retention that was stated', async () => {
    const [job] = jobs as [CollectedJob];
    const { clusterName } = JSON.parse((await shell.run(['job', job.jobId, '--json'])).stdout) as {
      clusterName: string;
    };
    const announced = ['expect', '--project', job.projectId, '--cluster', clusterName, '--until', '4h', '--json'];
    const { code: announcing, stdout: said } = await shell.run(announced);
    expect([announcing, said]).toEqual([0, expect.stringContaining('expectedRestoreId')]);
    const { expectedRestoreId } = JSON.parse(said) as { expectedRestoreId: string };
    const anchored = ['anchor', '--output', 'announced', '--retention-days', '365'];
    expect(await shell.run(anchored)).toMatchObject({ code: 0 });
    const verify = () => shell.run(['verify', '--against', 'announced', ...trusted]);
    const { code, stdout } = await verify();
    expect([code, valuesOf(stdout).announcements]).toEqual([0, '1 as anchored']);
    const change = `UPDATE items SET item = replace(item, '"restores":1', '"restores":9')`;
    tamper(shell, expectedKey(job.projectId, expectedRestoreId), change);
    expect(await verify()).toMatchObject({
      ...{ code: 9 },
      stdout: expect.stringMatching(
        new RegExp(`announced restore ${expectedRestoreId}, the anchor of .*: says something else`),
      ),
    });
    tamper(shell, expectedKey(job.projectId, expectedRestoreId), 'DELETE FROM items');
    expect(await verify()).toMatchObject({ code: 9, stdout: expect.stringContaining('is not there any more') });
    const { anchors } = JSON.parse(
      (await shell.run(['verify', '--against', 'announced', ...trusted, '--json'])).stdout,
    );
    expect(anchors.announcements).toMatchObject({ differing: [{ expectedRestoreId, what: 'vanished' }] });
    expect(await shell.run(['anchor', '--output', 'x', '--retention-days', '-1'])).toMatchObject({ code: 2 });
  });

  test('what goes on, and what is new, is not covered, and said so', async () => {
    const [, , job] = jobs as [CollectedJob, CollectedJob, CollectedJob];
    expect(await shell.run(['annotate', job.jobId, '--ticket', 'OPS-1'])).toMatchObject({ code: 0 });
    const { code, stdout } = await against(...trusted);
    expect(valuesOf(stdout)).toMatchObject({ 'as anchored': `${jobs.length} jobs; 1 went on after the last anchor` });
    expect(code).toBe(0);
  });

  test('an anchor, or a file of it, that was changed is found, whatever the ledger is like', async () => {
    const files = (await readdir(join(shell.dir, 'anchors'), { recursive: true })).filter((name) => name.includes('.'));
    const heads = files.find((name) => name.startsWith('heads/')) ?? '';
    const dsse = files.find((name) => name.endsWith('.dsse.json')) ?? '';
    for (const [name, problem] of [
      [heads, `its file ${heads} is not the one that was signed`],
      [files.find((each) => each.startsWith('changes/')) ?? '', 'is not the one that was signed'],
      [dsse, 'the signature does not fit: something was changed'],
    ] as const) {
      const path = join(shell.dir, 'anchors', name);
      const text = await readFile(path, 'utf8');
      const at = name === dsse ? text.indexOf('"payload":"') + 40 : text.length - 10;
      const changed = `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;
      await writeFile(path, changed);
      expect(await against(...trusted)).toMatchObject({ code: 10, stderr: expect.stringContaining(problem) });
      await writeFile(path, text);
    }
    expect(await shell.run(['public-key', '--data', 'other'])).toMatchObject({ code: 1 });
    expect(await shell.run(['collect', '--data', 'other'])).toMatchObject({ code: 0 });
    const other = await shell.run(['public-key', '--data', 'other']);
    await writeFile(join(shell.dir, 'other.pem'), other.stdout);
    expect(await against('--public-key', 'other.pem')).toMatchObject({
      code: 11,
      stderr: expect.stringContaining('it is signed by another key'),
    });
    expect(await shell.run(['verify', '--against', 'nowhere'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nowhere: expected anchors (anchors/YYYY-MM-DD/0001.dsse.json), got none'),
    });
  });
});

describe('signed evidence', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 4 });
    shell = await CommandLine.open(accessTo(atlas));
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
    for (const name of ['q3.html', 'q3.json', 'q3.pdf'])
      expect(await shell.run(['evidence', '--sign', '--output', name])).toMatchObject({ code: 0 });
    const { stdout } = await shell.run(['public-key']);
    await writeFile(join(shell.dir, 'ledger.pem'), stdout);
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });
  const check = (file: string, ...args: string[]) =>
    shell.run(['verify-evidence', file, '--public-key', 'ledger.pem', ...args]);

  test.each(['q3.html', 'q3.json', 'q3.pdf'])(
    '%s is as it was signed, without its ledger, and not once it was changed',
    async (name) => {
      const { code, stdout } = await check(name, '--json');
      expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ result: 'as signed', name })]);
      const path = join(shell.dir, name);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace(/completed|PDF-1\.7/i, 'canceled!'));
      expect(await check(name)).toMatchObject({ code: 10, stderr: expect.stringContaining('the file was changed') });
      await writeFile(path, text);
    },
  );

  test('a wrong use is refused, by name', async () => {
    for (const [args, code, problem] of [
      [['verify-evidence', 'q3.html'], 2, '--public-key: expected the key of whoever should have signed it'],
      [['verify-evidence', 'no.html', '--public-key', 'ledger.pem'], 1, 'no.html.dsse.json: expected a file'],
      [['evidence', '--sign'], 2, '--sign: expected --output with it, got none'],
      [['evidence', '--signing-key', 'x'], 2, '--signing-key: expected --sign with it, got none'],
      [['verify-evidence', 'q3.html', '--public-key', '.ledger/signing-key.pem'], 2, 'got a private key'],
      [['anchor'], 2, '--output: expected where anchors are kept, got none'],
      [['anchor', '--output', 'http://x/'], 2, '--output: expected a directory, or s3://BUCKET/PREFIX'],
      [
        ['anchor', '--output', 'x', '--signing-key', 'ledger.pem'],
        2,
        '--signing-key ledger.pem: others than its owner',
      ],
      [
        ['evidence', '--sign', '--output', 'r.html', '--signing-key', 'no.pem'],
        2,
        "--signing-key no.pem: it can't be read (ENOENT)\n",
      ],
    ] as const)
      expect(await shell.run([...args])).toMatchObject({ code, stderr: expect.stringContaining(problem) });
  });

  test('the commands of docs/signatures.md work', async () => {
    const here = (command: string) =>
      command
        .replaceAll('/mnt/worm/', 'documented-')
        .replace(/ --signing-key ARN/, ' --signing-key .ledger/signing-key.pem');
    // What is of a stack has none here.
    const all = commandsRunBy('test/cli/signed.test.ts').filter(
      ({ text }) => !/^aws |BUCKET|restore-evidence-/.test(text),
    );
    const documented = [...new Set(all.map(({ text }) => here(text)))];
    expect(documented.length).toBeGreaterThan(4);
    for (const command of documented) {
      const [program, ...args] = command.split(' ');
      expect(program).toBe('restore-ledger');
      expect([command, (await shell.run(args)).code]).toEqual([command, 0]);
    }
  });

  const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
  describe.skipIf(!hasOpenssl)('by the commands of docs/signatures.md (skipped: there is no openssl here)', () => {
    const commands = (heading: string) => {
      const section = readFileSync('docs/signatures.md', 'utf8').split(`### ${heading}\n`)[1] ?? '';
      return /```bash\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
    };
    const paste = (heading: string, env: Record<string, string>) =>
      promisify(execFile)('bash', ['-euo', 'pipefail', '-c', `${commands('What was signed')}\n${commands(heading)}`], {
        cwd: shell.dir,
        env: { ...process.env, ...env },
      });

    test.each(['ed25519', 'P-256'])('%s: a report is as it was signed, and a changed one is not', async (algorithm) => {
      const env = { FILE: 'q3.html', KEY: 'ledger.pem' };
      if (algorithm === 'P-256') {
        const key = ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'p256.key'];
        await promisify(execFile)('openssl', key, { cwd: shell.dir });
        await promisify(execFile)('chmod', ['600', 'p256.key'], { cwd: shell.dir });
        const sign = ['evidence', '--sign', '--signing-key', 'p256.key', '--output', 'p256.html'];
        expect(await shell.run(sign)).toMatchObject({ code: 0 });
        const { stdout } = await shell.run(['public-key', '--signing-key', 'p256.key']);
        await writeFile(join(shell.dir, 'p256.pem'), stdout);
        Object.assign(env, { FILE: 'p256.html', KEY: 'p256.pem' });
      }
      const { stdout } = await paste(algorithm, env);
      expect(stdout).toMatch(/Signature Verified Successfully|Verified OK/);
      expect(stdout).toContain('the file is the one that was signed');
      const path = join(shell.dir, env.FILE);
      const text = await readFile(path, 'utf8');
      await writeFile(path, `${text}\n`);
      await expect(paste(algorithm, env)).rejects.toThrow();
      await writeFile(path, text);
      const signature = `${path}.dsse.json`;
      const signed = await readFile(signature, 'utf8');
      const at = signed.indexOf('"payload":"') + 40;
      await writeFile(signature, `${signed.slice(0, at)}${signed[at] === 'a' ? 'b' : 'a'}${signed.slice(at + 1)}`);
      await expect(paste(algorithm, env)).rejects.toThrow();
      await rm(signature);
    });
  });
});
