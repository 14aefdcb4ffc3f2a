// functions/relay/check.ts: how a hub stands, for its alarms.
import { Owners, ownersOf } from '../ledger/hub/owners.ts';
import { type HubScope, Spokes, scopeOfSpokes } from '../ledger/hub/spokes.ts';
import { type Confirmation, isComplete } from '../ledger/model/known-project.ts';
import { projectIdBatches } from '../ledger/repositories/project-repository.ts';
import type { Table } from '../ledger/table/table-port.ts';
import { isSilent } from '../proof/hub.ts';
import { confirm } from './confirm.ts';

export interface HubHealth {
  SpokesSilent: number;
  ProjectsBehind: number;
}

const BATCH = 50;
const MAX_RECOUNTED = 50;

const isBehind = (confirmation: Confirmation | undefined) => confirmation !== undefined && !isComplete(confirmation);

/**
 * Requests: 1 read, 1 query a MB of the spokes, 1 query for some thousand projects, 2 batch reads for each 50, and those of
 * `confirm` for each of the first 50 projects that are behind.
 * @param scope as the settings say
 * @throws LedgerError
 */
export async function checkHub(table: Table, scope: HubScope, now: () => number): Promise<HubHealth> {
  await new Spokes(table).begin(scope);
  const at = new Date(now()).toISOString();
  const { spokes = [] } = await scopeOfSpokes(table, scope);
  const owners = new Owners(table);
  let ProjectsBehind = 0;
  let recounted = 0;
  for await (const projectIds of projectIdBatches(table, BATCH)) {
    for (const [projectId, { confirmation }] of await ownersOf(table, projectIds)) {
      if (!isBehind(confirmation)) continue;
      // What came since may not have been counted.
      if (recounted < MAX_RECOUNTED) await confirm(table, owners, projectId, now);
      recounted += 1;
      if (isBehind((await owners.get(projectId))?.confirmation)) ProjectsBehind += 1;
    }
  }
  return { SpokesSilent: spokes.filter((spoke) => isSilent(spoke, at)).length, ProjectsBehind };
}
