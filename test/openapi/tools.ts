// test/openapi/tools.ts: tools from npm and PyPI that read OpenAPI documents, installed apart from ours.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from '../deploy/processes.ts';
import { venv } from '../deploy/venv.ts';

export const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Installs what is not yet installed. @returns folders of commands @throws where they can't be had, and says what is missing */
export async function tools(env: NodeJS.ProcessEnv): Promise<{ npm: string; python: string }> {
  await fromNpm(env);
  const python = await venv({ name: 'openapi', requirements: join(FOLDER, 'requirements.txt'), env });
  return { npm: join(FOLDER, 'node_modules', '.bin'), python };
}

async function fromNpm(env: NodeJS.ProcessEnv) {
  const wanted = createHash('sha256')
    .update(readFileSync(join(FOLDER, 'package-lock.json')))
    .digest('hex');
  const mark = join(FOLDER, 'node_modules', 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  try {
    await mustRun('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { env, cwd: FOLDER });
  } catch (cause) {
    throw new Error('npm run test:openapi needs the packages in test/openapi/package.json: connect to npm', { cause });
  }
  writeFileSync(mark, wanted);
}
