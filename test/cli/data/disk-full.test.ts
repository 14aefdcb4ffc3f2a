import { expect, inject, test } from 'vitest';
import { startAtlas } from '../../../local/atlas/server.ts';
import { accessTo, CommandLine, valuesOf } from '../command-line.ts';

// A limit on the size of files, since a full disk can't be had everywhere; in blocks of 1 KB.
test.skipIf(process.platform === 'win32')(
  'where the ledger may not grow, the run says so and what to do, and the next collect goes on',
  async () => {
    await using atlas = await startAtlas({ projects: 1, clusters: 3, jobs: 200 });
    await using shell = await CommandLine.open(accessTo(atlas));
    const limited = ['-c', 'ulimit -f 800; exec "$0" collect', inject('commandLine')];
    const { code, stdout, stderr } = await shell.run(limited, { command: 'bash' });
    // 3 where a small write still fits after a large one did not: the run ends incomplete then, and names the lists.
    expect([1, 3]).toContain(code);
    const said = `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line.includes('what was recorded before is kept; see whether'));
    expect(said.join('\n')).toMatch(/\.ledger\/ledger\.sqlite/);
    expect(`${stdout}${stderr}`).not.toMatch(/^\s+at /m);

    const kept = (await shell.run(['jobs', '--format', 'ndjson', '--limit', '1000'])).stdout.split('\n').length - 1;
    expect(kept).toBeLessThan(600);
    const next = valuesOf((await shell.run(['collect', '--full'])).stdout);
    expect(next).toMatchObject({ result: 'complete', 'jobs seen': '600', new: String(600 - kept) });
    expect(valuesOf((await shell.run(['verify'])).stdout)).toMatchObject({ result: 'unbroken', jobs: '600' });
  },
);
