// functions/ledger/hub/owned.ts: which projects of a hub are those of an AWS account, or of an organization: there its jobs are found.
import type { Owner } from '../model/known-project.ts';
import { OWNED_KEY, ownedKey, ownedPk } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';

/** Before a job of it is written, so that none is ever missed. Requests: 1 write, and 1 more with an organization. */
export async function noteOwned(
  table: Pick<Table, 'put'>,
  projectId: string,
  { accountId, organizationId }: Pick<Owner, 'accountId' | 'organizationId'>,
): Promise<void> {
  await table.put({ ...ownedKey(accountId, projectId) });
  if (organizationId !== undefined) await table.put({ ...ownedKey(organizationId, projectId) });
}

/** Whether they are known of every project: they are not of those that came before a hub kept them. Requests: 1 read. */
export const isOwnedKnown = async (table: Pick<Table, 'get'>): Promise<boolean> =>
  (await table.get(OWNED_KEY)) !== undefined;

/** Requests: 1 write. @param at ISO 8601 */
export const ownedIsKnown = (table: Pick<Table, 'put'>, at: string) => table.put({ ...OWNED_KEY, since: at });

/**
 * The ids of the projects, some of which may be another's by now. Undefined where there are more than `most`, or that is not known.
 * Requests: 1 read and 1 query.
 * @param by the id of an AWS account, or of an organization
 */
export async function projectsOwned(
  table: Pick<Table, 'get' | 'query'>,
  by: string,
  most: number,
): Promise<string[] | undefined> {
  const range = { partition: ownedPk(by), limit: most + 1, fields: ['sk'], consistent: true };
  const [isKnown, { items }] = await Promise.all([isOwnedKnown(table), table.query(range)]);
  return isKnown && items.length <= most ? items.map(({ sk }) => String(sk)) : undefined;
}
