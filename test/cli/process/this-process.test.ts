import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { thisProcess } from '../../../bin/process/this-process.ts';

test('a process has ended once it is gone, and not before; of one on another machine nothing is known', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const named = (host: string) => `${host}/${child.pid}/1795345200000`;
  expect(thisProcess.hasEnded(named(hostname()))).toBe(false);
  const ended = once(child, 'exit');
  child.stdin.end();
  await ended;
  expect(thisProcess.hasEnded(named(hostname()))).toBe(true);
  expect(thisProcess.hasEnded(named('elsewhere.example'))).toBe(false);
  expect(thisProcess.hasEnded('a name of another kind')).toBe(false);
});

test('a process is itself, and not an earlier one that had its number', () => {
  expect(thisProcess.hasEnded(thisProcess.name)).toBe(false);
  const [host, pid] = thisProcess.name.split('/');
  expect(thisProcess.hasEnded(`${host}/${pid}/1`)).toBe(true);
});
