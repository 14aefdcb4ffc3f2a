// bin/options/projects.ts: projects given by their ids or by their names.
import { isObjectId } from '../../functions/restore/object-id.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';
import { sanitize } from '../process/sanitize.ts';
import type { ReadableLedger } from '../remote/ledger-port.ts';
import { checked, several } from './flags.ts';

/** An id is lower case; anything else is taken for a name. */
export const project = (flags: string, description: string) =>
  checked(flags, description, 'the id or the name of a project', (text) => {
    const id = text.toLowerCase();
    return isObjectId(id) ? id : text.trim() || undefined;
  });

export const projects = (flags: string, description: string) => several(project(flags, description));

/** So many names help whoever mistyped one. */
const MAX_NAMES = 10;

/**
 * The ids of projects. Reads the whole coverage where one is given by its name.
 * @throws UsageError where several projects have a name @throws CommandError where none has it
 */
export async function projectIdsOf(
  given: readonly string[],
  ledger: Pick<ReadableLedger, 'coverageRows'>,
): Promise<string[]> {
  if (given.every((one) => isObjectId(one))) return [...given];
  const names = new Map<string, string>();
  for await (const { projectId, projectName } of ledger.coverageRows()) names.set(projectId, projectName);
  return given.map((one) => (isObjectId(one) ? one : idNamed(one, names)));
}

function idNamed(name: string, names: ReadonlyMap<string, string>): string {
  const ids = [...names].flatMap(([id, each]) => (each === name ? [id] : []));
  const [id] = ids;
  if (id === undefined) throw new CommandError(`no project ${JSON.stringify(name)} is in the ledger${known(names)}`);
  if (ids.length > 1) {
    throw new UsageError(`--project: expected one project, got the name of ${ids.length}: ${ids.join(', ')}`);
  }
  return id;
}

function known(names: ReadonlyMap<string, string>): string {
  const all = [...new Set(names.values())].sort();
  if (all.length === 0) return ', nor any other: run restore-ledger collect';
  const shown = all.slice(0, MAX_NAMES).map((name) => JSON.stringify(sanitize(name)));
  const more = all.length > shown.length ? ` and ${all.length - shown.length} more` : '';
  return `, which knows ${shown.join(', ')}${more}`;
}
