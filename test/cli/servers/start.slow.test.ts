import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../../functions/events/model/event.ts';
import { CommandLine, PACKAGE_DIR } from '../command-line.ts';

/** Between the changes, a line for what is noteworthy about one. */
const FOUND = /^\d\d:\d\d:\d\d {2}warning {3}\S.*\/\S+: download: /m;

test('without --once it goes on, a line for each change, until Ctrl-C', async () => {
  await using shell = await CommandLine.open();
  // Without npm between, which ends as it likes when interrupted.
  const node = { command: process.execPath };
  const tsx = ['--import', join(PACKAGE_DIR, 'node_modules/tsx/dist/loader.mjs')];
  const flags = [
    '--every',
    '0.5',
    '--activity',
    '120',
    '--events',
    'events.ndjson',
    '--projects',
    '2',
    '--clusters',
    '2',
    '--jobs',
    '10',
  ];
  const collecting = shell.start([...tsx, join(PACKAGE_DIR, 'bin/servers/start.ts'), ...flags], node);
  await collecting.until(
    ({ stdout }) =>
      / new → RUNNING /.test(stdout) && / RUNNING → COMPLETED .*, took \d+ s/.test(stdout) && FOUND.test(stdout),
  );
  const [, url = ''] = /^Page and API +(http:\/\/127\.0\.0\.1:\d+) /m.exec(collecting.stdout) ?? [];
  expect(await (await fetch(url)).text()).toMatch(/^<!doctype html>/i);
  expect((await fetch(`${url}/runs`, { method: 'POST' })).status).toBe(202);
  collecting.signal('SIGINT');
  const { code, stdout, stderr } = await collecting.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/\d\d:\d\d:\d\d {2}\S.*\/\S+ +(dedicated|flex|collection) +(new|\w+) → \w+ +\w+/);
  const published = (await readFile(join(shell.dir, 'events.ndjson'), 'utf8')).trimEnd().split('\n');
  const types = new Set(published.map((line) => (JSON.parse(line) as LedgerEvent)['detail-type']));
  expect(types).toContain('Restore Finding');
  expect(types).toContain('Collector Run Completed');
  expect(stdout.trimEnd()).toMatch(/What next[\s\S]*--help/);
});
