// functions/collector/project/ports.ts: the ports of a project's collection.

import type { Atlas } from '../../atlas/model/atlas.ts';
import type { Ledger, Recorded } from '../../ledger/model/ledger.ts';
import type { Log } from '../../platform/log.ts';
import type { Source } from '../../restore/job.ts';
import type { Kind } from '../../schema/words.ts';

export interface CollectPorts {
  atlas: Atlas;
  ledger: Ledger;
  log: Log;
  now(): number;
  /** Until the platform stops us, in ms; Infinity where nothing does. */
  timeLeftMs(): number;
  /** True once someone waits for the end. Then there is no time left, either. @default never */
  isStopped?(): boolean;
  /** Called for each job that was not known to be unchanged. */
  onRecorded?(recorded: Recorded, source: Source): void;
  /** Called where a project's events could not be read, so that the requesters of its new restores are not known. */
  onEventsFailed?(failure: { projectName: string; code: string; message: string }): void;
  /** Called when a list is done. */
  onList?(list: { projectName: string; clusterName: string; kind: Kind; jobs: number; failed: boolean }): void;
}
