// bench/big/command.ts: the command line in a process that says what it read, and how much memory it took, on file descriptor 3.
import { writeSync } from 'node:fs';
import { main } from '../../bin/main.ts';
import { SqliteTable } from '../../local/sqlite/sqlite-table.ts';
import { peakMb } from '../harness/contender.ts';
import { COUNTED, type CommandNumbers, NUMBERS_FD } from './commands.ts';
import { CountingTable } from './counting-table.ts';

const counted: CountingTable[] = [];
if (process.env[COUNTED]) {
  const open = SqliteTable.open;
  SqliteTable.open = async (options) => {
    const table = await open.call(SqliteTable, options);
    const counting = new CountingTable(table);
    counted.push(counting);
    return Object.assign(counting, {
      [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
    }) as unknown as SqliteTable;
  };
}

const began = performance.now();
process.on('exit', () => {
  const reads = counted[0]?.taken();
  const { user, system } = process.cpuUsage();
  const cpuMs = (user + system) / 1_000;
  const numbers: CommandNumbers = { ...reads, cpuMs, wallMs: performance.now() - began, rssMb: peakMb() };
  writeSync(NUMBERS_FD, JSON.stringify(numbers));
});
await main(process.argv.slice(2));
