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
    // A small write may still fit after a large one did not: the run is on record then, as incomplete, and every list is named.
    const { result = 'failed' } = valuesOf(stdout);
    expect({ failed: 1, incomplete: 3 }[result]).toBe(code);
    if (result === 'incomplete')
      for (const cluster of ['Cluster0', 'billing-1', 'catalog-2'])
        expect(stdout).toMatch(new RegExp(`/${cluster}, .* restore jobs: the system can't`));
    // Whatever fitted, nothing claims to be whole.
    const report = (await shell.run(['evidence', '--format', 'json'])).stdout;
    expect(JSON.parse(report)).toMatchObject({ verdict: { complete: false } });
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
