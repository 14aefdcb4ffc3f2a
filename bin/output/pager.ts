// bin/output/pager.ts: what is longer than the screen, shown by the user's pager.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Environment } from '../../functions/runtime/settings.ts';
import type { Context } from '../process/context.ts';

const VARIABLES = ['RESTORE_LEDGER_PAGER', 'PAGER'];
/** Of less, where the user has no wishes: colours as they are, end where one screen is enough, and leave the text there. As git does. */
const LESS = 'FRX';
/** A shell's codes for a program that it can't run, or can't find. */
const NOT_RUN = [126, 127];

type Around = Pick<Context, 'out' | 'err' | 'env' | 'interrupt'>;

/** Written as it is where nobody looks at a screen, it fits on that, or there is no pager. */
export async function paged({ out, err, env, interrupt }: Around, show: () => Promise<void>): Promise<void> {
  const pager = out.isTerminal && process.stdin.isTTY ? pagerOf(env) : undefined;
  if (pager === undefined) return await show();
  let remarks = '';
  const text = await out.collected(async () => {
    remarks = await err.collected(show);
  });
  const isLong = text.split('\n').length > out.height;
  if (!isLong || !(await interrupt.leftTo(() => shownBy(pager, text, env)))) await out.write(text);
  await err.write(remarks);
}

/** A shell's command. */
function pagerOf(env: Environment): string | undefined {
  const wished = VARIABLES.map((name) => env[name]).find((command) => command !== undefined);
  const command = wished ?? (isInstalled('less', env) ? 'less' : '');
  return command.trim() === '' || command.trim() === 'cat' ? undefined : command;
}

function isInstalled(program: string, { PATH = '' }: Environment): boolean {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** False where it could not run. */
async function shownBy(pager: string, text: string, env: Environment): Promise<boolean> {
  const child = spawn(pager, { shell: true, stdio: ['pipe', 'inherit', 'inherit'], env: { LESS, ...env } });
  // Who quits has seen enough.
  child.stdin.on('error', () => {}).end(text);
  const [code] = (await once(child, 'close')) as [number | null];
  return code === null || !NOT_RUN.includes(code);
}
