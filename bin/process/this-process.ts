// bin/process/this-process.ts: this process's name, by which a later one can tell whether it still makes a run.
import { hostname } from 'node:os';
import type { RunMaker } from '../../functions/collector/plan/dead-runs.ts';

const OWN = [hostname(), process.pid, Math.round(Date.now() - process.uptime() * 1_000)].join('/');

/** Of a process on another machine nothing is known. A number that another process has by now counts as the same one. */
export const thisProcess: RunMaker = {
  name: OWN,
  hasEnded(name) {
    const [host, pid, startedMs] = name.split('/');
    if (host !== hostname() || startedMs === undefined || name === OWN) return false;
    return Number(pid) === process.pid || !isAlive(Number(pid));
  },
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: somebody else's
  }
}
