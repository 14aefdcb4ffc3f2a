// bin/process/called.ts says how this program is called from where we are, so that a command that we print works as it stands.
import { realpathSync } from 'node:fs';
import { delimiter, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'restore-ledger';
const EXECUTABLE = fileURLToPath(new URL(`../${NAME}`, import.meta.url));

/** `restore-ledger` where the shell finds it, else `bin/restore-ledger` or wherever it is. */
export function calledFrom(dir: string, path: string): string {
  if (path.split(delimiter).some((each) => each !== '' && isOurs(join(each, NAME)))) return NAME;
  const way = relative(dir, EXECUTABLE);
  if (way.startsWith('..')) return EXECUTABLE;
  return way.includes(sep) ? way : `.${sep}${way}`;
}

function isOurs(file: string): boolean {
  try {
    return realpathSync(file) === realpathSync(EXECUTABLE);
  } catch {
    return false; // not there
  }
}

let called: string | undefined;

/** The text, with its commands as they are called here. */
export function asCalled(text: string): string {
  if (!text.includes(NAME)) return text;
  called ??= calledFrom(process.cwd(), process.env.PATH ?? '');
  return text.replace(/(?<![\w./\\-])restore-ledger(?= (?:[a-z]|--help))/g, called);
}
