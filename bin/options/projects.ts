// bin/options/projects.ts: projects given by their ids or by their names, looked up in a ledger or in Atlas's own list.
import { allNames, projectNamed } from '../../functions/api/query/names.ts';
import type { LedgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { isObjectId } from '../../functions/restore/object-id.ts';
import { asFlags } from '../remote/flag-problem.ts';
import type { ReadableLedger } from '../remote/ledger-port.ts';
import type { Accounts } from './credentials.ts';
import { checked } from './flags.ts';

const EXPECTED = 'the id or the name of a project';

/** An id is lower case; anything else is taken for a name. */
const idOrName = (text: string) => {
  const id = text.trim().toLowerCase();
  return isObjectId(id) ? id : text.trim() || undefined;
};

export const project = (flags: string, description: string) => checked(flags, description, EXPECTED, idOrName);

/** Ids may be joined by commas; a name may hold one, so several names take the flag several times. */
export function projects(flags: string, description: string) {
  const one = project(flags, description);
  const read = one.parseArg as unknown as (text: string, before: undefined) => string;
  return one.argParser((text: string, before: string[] = []) => {
    const ids = text.split(',').map((part) => part.trim().toLowerCase());
    return [...new Set([...before, ...(ids.every((id) => isObjectId(id)) ? ids : [read(text, undefined)])])];
  });
}

/** Names by id, and where they are, in words: `on record`. */
export interface KnownProjects {
  names: ReadonlyMap<string, string>;
  where: string;
}
export type ReadProjects = () => Promise<KnownProjects>;

const ON_RECORD = 'on record';

/** Of a ledger, here or behind an API. */
export const projectsOf =
  (ledger: Pick<ReadableLedger, 'allProjectNames'>): ReadProjects =>
  async () => ({ names: await ledger.allProjectNames(), where: ON_RECORD });

/** Of a ledger that a command opened itself. */
export const projectsIn =
  (ledger: Pick<LedgerReader, 'listedProjects'>): ReadProjects =>
  async () => ({ names: await allNames(ledger, 'project'), where: ON_RECORD });

/** Of Atlas, where no ledger may know them yet. */
export const projectsInAtlas =
  (accounts: Accounts): ReadProjects =>
  async () => ({ names: await accounts.projectNames(), where: 'visible to the credentials' });

/**
 * The ids of projects, once each. Names are read only where one is given.
 * @param field of the flag, in camel case @throws UsageError where none, or several, have a name
 */
export async function projectIdsOf(given: readonly string[], read: ReadProjects, field = 'project'): Promise<string[]> {
  if (given.every((one) => isObjectId(one))) return [...new Set(given)];
  return asFlags(async () => {
    const { names, where } = await read();
    return [...new Set(given.map((one) => (isObjectId(one) ? one : projectNamed(field, one, names, where))))];
  });
}

/** The same of one, where it is given. */
export async function projectIdOf(
  given: string | undefined,
  read: ReadProjects,
  field?: string,
): Promise<string | undefined> {
  return given === undefined ? undefined : (await projectIdsOf([given], read, field))[0];
}
