// bench/harness/profile.ts: the options of Node that write a CPU profile of each contender.
import { resolve } from 'node:path';

let options: readonly string[] = [];

/** @param folder for the profiles, which Chrome DevTools opens */
export function profileTo(folder: string) {
  options = ['--cpu-prof', `--cpu-prof-dir=${resolve(folder)}`];
}

export const profileOptions = () => options;
