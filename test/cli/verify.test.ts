import { describe, expect, test } from 'vitest';
import { JobPacker } from '../../functions/ledger/days/packed-jobs.ts';
import { dayCountsKey, dayJobsKey, jobKey, type Key, OLDER_JOBS_KEY } from '../../functions/ledger/table/keys.ts';
import { type CollectedJob, collected, tamper } from './collected.ts';
import { type CommandLine, valuesOf } from './command-line.ts';

describe('verify', () => {
  let shell: CommandLine;
  let jobs: CollectedJob[];
  collected((it) => {
    ({ shell, jobs } = it);
  });
  const keyOf = ({ projectId, jobId }: CollectedJob) => jobKey(projectId, jobId);
  const set = (key: Key, path: string, value: string) =>
    tamper(shell, key, `UPDATE items SET item = json_set(item, '${path}', ${value})`);

  test('a ledger that only this program wrote is unbroken, and the end is 0', async () => {
    const text = await shell.run(['verify']);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(valuesOf(text.stdout)).toMatchObject({ result: 'unbroken', projects: '2', jobs: String(jobs.length) });
    const { code, stdout } = await shell.run(['verify', '--json', '--project', jobs[0]?.projectId ?? '']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ result: 'unbroken', breakCount: 0 },
      projects: [{ projectId: jobs[0]?.projectId, breaks: [] }],
    });
  });

  test('a day whose counts something else changed is named, and reevaluate counts it again', async () => {
    const day = jobs[0]?.requestedAt.slice(0, 10) ?? '';
    set(dayCountsKey(day), '$.counts.status.FAILED', '7');
    const { code, stdout } = await shell.run(['verify']);
    expect(code).toBe(9);
    expect(stdout).toContain(`${day}: its counts are not those of its restores: restore-ledger reevaluate`);
    expect(JSON.parse((await shell.run(['verify', '--json'])).stdout)).toMatchObject({
      ...{ result: 'broken', unbroken: true, countsDiffer: [day] },
    });
    expect(await shell.run(['reevaluate'])).toMatchObject({ code: 0 });
    expect(await shell.run(['verify'])).toMatchObject({ code: 0 });
  });

  test('so is a day whose kept restores something else changed', async () => {
    const day = jobs[0]?.requestedAt.slice(0, 10) ?? '';
    const packer = new JobPacker();
    packer.add({ ...jobs[0], status: 'FAILED' });
    set(dayJobsKey(day), '$.packed', `'${packer.pack()?.packed}'`);
    const { code, stdout } = await shell.run(['verify', '--json']);
    expect(code).toBe(9);
    expect(JSON.parse(stdout).countsDiffer).toEqual([day]);
    expect(await shell.run(['reevaluate'])).toMatchObject({ code: 0 });
    expect(await shell.run(['verify'])).toMatchObject({ code: 0 });
  });

  test('so is what is kept of the older days together', async () => {
    set(OLDER_JOBS_KEY, '$.jobs.open', '7');
    const { code, stdout } = await shell.run(['verify', '--json']);
    expect(code).toBe(9);
    expect(JSON.parse(stdout).countsDiffer).toEqual([expect.stringMatching(/^before \d{4}-\d\d-\d\d$/)]);
    expect(await shell.run(['reevaluate'])).toMatchObject({ code: 0 });
    expect(await shell.run(['verify'])).toMatchObject({ code: 0 });
  });

  test('a name is erased from every job, its history and its findings; verify says so, and finds nothing broken', async () => {
    const all = JSON.parse((await shell.run(['jobs', '--format', 'json', '--limit', '100'])).stdout) as {
      requester?: { actor?: { name?: string; id?: string } };
    }[];
    const name = all.map(({ requester }) => requester?.actor?.name).find((each) => each !== undefined) ?? '';
    expect(name).not.toBe('');
    const named = all.filter(({ requester }) => requester?.actor?.name === name).length;
    const erase = ['erase', '--requester', name, '--reason', 'request 4711'];
    const wrong = await shell.run(['erase', '--requester', name, '--reason', `${name} wants it`]);
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reason: expected a text that does not'),
    });
    const id = all.find(({ requester }) => requester?.actor?.name === name)?.requester?.actor?.id;
    expect(id).toBeDefined();
    expect(await shell.run(['erase', '--requester', name, '--reason', `${id} wants it`])).toMatchObject({ code: 2 });
    // So short that it is a part of any text, and of the pseudonym.
    const short = ['erase', '--requester', 'e', '--reason', 'request 4711', '--dry-run'];
    expect(await shell.run(short)).toMatchObject({ code: 0, stdout: expect.stringContaining('erased from 0 of') });
    const dry = await shell.run([...erase, '--dry-run', '--json']);
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, jobs: all.length, broken: [] });
    const { code, stdout } = await shell.run([...erase, '--json', '--by', 'the officer']);
    const { erased, pseudonym } = JSON.parse(stdout) as { erased: number; pseudonym: string };
    expect([code, erased >= named, erased === JSON.parse(dry.stdout).erased]).toEqual([0, true, true]);
    expect(pseudonym).toMatch(/^erased-[0-9a-f]{12}$/);
    expect((await shell.run(['export'])).stdout).not.toContain(name);
    const verified = await shell.run(['verify']);
    expect(verified.code).toBe(0);
    expect(valuesOf(verified.stdout)).toMatchObject({
      result: 'unbroken',
      erased: `a person's name, from ${erased} histories, which were tied together anew`,
    });
    const [one] = (
      JSON.parse((await shell.run(['jobs', '--format', 'json', '--limit', '100'])).stdout) as (CollectedJob & {
        requester?: { actor?: { name?: string } };
      })[]
    ).filter(({ requester }) => requester?.actor?.name === pseudonym);
    expect((await shell.run(['job', one?.jobId ?? ''])).stdout).toContain(
      'a name was erased by the officer: request 4711',
    );
  });

  test('a job, an entry and a job that is gone are each named, and the end is 9', async () => {
    const [changed, rewritten, gone] = jobs as [CollectedJob, CollectedJob, CollectedJob];
    set(keyOf(changed), '$.status', `'COMPLETED-BY-HAND'`);
    set(keyOf(rewritten), '$.changes[0].status', `'CANCELLED'`);
    const { code, stdout } = await shell.run(['verify']);
    expect(code).toBe(9);
    expect(valuesOf(stdout)).toMatchObject({ result: 'BROKEN', breaks: expect.any(String) });
    // The coverage does not count the table, and says so.
    expect((await shell.run(['coverage'])).stdout).toContain('The table itself was not counted');
    const lineOf = (job: CollectedJob) => stdout.split('\n').find((line) => line.includes(job.jobId));
    expect(lineOf(changed)).toMatch(/^ {2}\S.* \([0-9a-f]{24}\), job [0-9a-f]{24}.*: the job differs from what/);
    expect(lineOf(rewritten)).toMatch(/, job [0-9a-f]{24}(, revision \d+)?: /);

    tamper(shell, keyOf(gone), 'DELETE FROM items');
    const { stdout: json, code: again } = await shell.run(['verify', '--json']);
    expect(again).toBe(9);
    const { projects, breakCount } = JSON.parse(json) as {
      projects: { projectId: string; breaks: { problem: string }[] }[];
      breakCount: number;
    };
    const problems = projects.flatMap(({ projectId, breaks }) => breaks.map(({ problem }) => ({ projectId, problem })));
    expect(breakCount).toBe(problems.length);
    expect(problems).toContainEqual({
      projectId: gone.projectId,
      problem: expect.stringMatching(/^1 of \d+ restore jobs that were recorded are not in the table any more\.$/),
    });
  });

  test('an API, and a project that nobody knows, are refused in one line', async () => {
    const api = await shell.run(['verify', '--api', 'https://ledger.example.com']);
    expect(api).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'restore-ledger: --api: expected --table or --data instead, since an API could not be trusted to verify itself\n',
    });
    const variable = await shell.run(['verify'], { env: { RESTORE_LEDGER_API: 'https://ledger.example.com' } });
    expect(variable).toMatchObject({ code: 2, stderr: expect.stringMatching(/^restore-ledger: RESTORE_LEDGER_API: /) });
    const both = { env: { RESTORE_LEDGER_API: 'https://ledger.example.com' } };
    expect((await shell.run(['verify', '--data', '.ledger'], both)).code).toBe(9);
    const unknown = await shell.run(['verify', '--project', '0123456789abcdef01234567']);
    expect(unknown).toMatchObject({
      code: 1,
      stderr: 'restore-ledger: nothing of project 0123456789abcdef01234567 is in the ledger: check the id\n',
    });
  });
});
