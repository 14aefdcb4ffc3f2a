// bench/contenders/collect.ts: one run of the collector, as the command line makes it.

import type { AtlasClient } from '../../functions/atlas/client.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import type { RunPart } from '../../functions/ledger/model/run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { defined } from '../../functions/platform/defined.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import type { Kind } from '../../functions/schema/words.ts';
import { checkRun } from './ledgers.ts';

export interface CollectSettings {
  /** @default false */
  full?: boolean;
  /** @default all */
  kinds?: readonly Kind[] | undefined;
}

/** @throws Error for a run in which something failed */
export async function collect(
  atlas: AtlasClient,
  ledger: Ledger,
  { full = false, kinds }: CollectSettings = {},
): Promise<readonly RunPart[]> {
  const request = { runId: newObjectId(new Date()), trigger: 'command', full } as const;
  const ports = { accounts: [{ name: 'bench', atlas }], ledger, log: silentLog, clock: systemClock };
  const { run, parts } = await runLocally(request, ports, defined({ kinds }));
  checkRun(run, parts);
  return parts;
}
