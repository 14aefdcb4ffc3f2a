// test/deploy/venv.ts: tools from PyPI in a virtual environment of their own, under .venv.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './processes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Venv {
  /** Its folder under .venv, and the suite: `npm run test:NAME`. */
  name: string;
  /** Path of the list of packages, with their versions. */
  requirements: string;
  env: NodeJS.ProcessEnv;
}

/** Installs what is not yet installed. @returns the folder of its commands @throws where python3 is missing, and says what to install */
export async function venv({ name, requirements, env }: Venv): Promise<string> {
  const folder = join(ROOT, '.venv', name);
  const bin = join(folder, 'bin');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const mark = join(folder, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return bin;
  const must = async (command: string, args: string[], advice: string) => {
    try {
      await mustRun(command, args, { env, cwd: ROOT });
    } catch (cause) {
      throw new Error(`npm run test:${name} needs ${advice}`, { cause });
    }
  };
  const python = 'python3 (3.10 or newer) with venv and pip: apt-get install python3-venv';
  await must('python3', ['-m', 'venv', '--clear', folder], python);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
  await must(join(bin, 'python'), pip, `the packages in ${requirements}: connect to PyPI, or set pip's index or proxy`);
  writeFileSync(mark, wanted);
  return bin;
}
