// bin/process/who-am-i.ts: the person at the keyboard, as the system names them.
import { hostname, userInfo } from 'node:os';
import type { Context } from './context.ts';
import { UsageError } from './exit-codes.ts';

export const MAX_NAME = 100;

/** `ada@laptop` */
export function whoAmI({ env }: Context): string {
  let name = env.USER ?? env.USERNAME;
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in a container: the variable has to do.
  }
  if (!name) throw new UsageError('--by: expected a name, since this machine knows none');
  return `${name}@${hostname()}`.slice(0, MAX_NAME);
}
