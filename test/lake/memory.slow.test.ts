import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Rows as different as those of jobs: ids, times, a few words. */
const SCRIPT = `
  import { COLUMNS } from './functions/lake/columns.ts';
  import { ParquetFile } from './functions/lake/parquet.ts';
  const file = new ParquetFile();
  const valueOf = ({ name, type }, n) => {
    if (type === 'string') return name.endsWith('_id') || name === 'entry_hash' ? name + 'x'.repeat(20) + n : name + (n % 50);
    if (type === 'timestamp') return new Date(1_796_000_000_000 + n * 1_000);
    if (type === 'array<string>') return ['slow', 'failed'].slice(n % 3);
    return type === 'int' ? n % 1_000 : n % 2 === 0;
  };
  for (let n = 0; n < 100_000; n++) file.add(COLUMNS.map((column) => valueOf(column, n)));
  console.log(file.end().length);`;

test('100,000 changes of a day are written in a heap of 96 MB', () => {
  const options = ['--max-old-space-size=96', '--import', 'tsx', '--input-type=module', '--eval', SCRIPT];
  const bytes = Number(execFileSync(process.execPath, options, { encoding: 'utf8' }));
  expect(bytes).toBeGreaterThan(5_000_000);
  expect(bytes).toBeLessThan(60_000_000);
});
