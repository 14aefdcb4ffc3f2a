// bench/contenders/functions.ts: the functions as one warm sandbox of Lambda runs them: plan, then one task after the other.
import { AtlasClient } from '../../functions/atlas/client.ts';
import { plan } from '../../functions/collector/plan/plan.ts';
import { handleTask } from '../../functions/collector/run/handle-task.ts';
import type { CollectTask } from '../../functions/collector/task/task.ts';
import type { RunPart } from '../../functions/ledger/model/run.ts';
import { silentLog as log } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { type AtlasConfig, credentialsOf } from '../atlas/access.ts';
import type { DynamoAccess } from '../dynamo/access.ts';
import { contend } from '../harness/contender.ts';
import { checkRun, dynamoLedger, idsIn } from './ledgers.ts';

export interface FunctionsConfig extends AtlasConfig {
  dynamo: DynamoAccess;
}

/** Lambda's, as the stack sets it by default, in ms. */
const TIMEOUT_MS = 120_000;

contend<FunctionsConfig>((config) => {
  const atlas = new AtlasClient({ credentials: credentialsOf(config) });
  const { ledger, close } = dynamoLedger(config.dynamo);
  const accounts = [{ name: 'bench', atlas }];
  const queue = { sendLater: () => Promise.reject(new Error('a task was not finished at once')) };
  let parts: readonly RunPart[] = [];

  async function carryOut(task: CollectTask) {
    const deadline = Date.now() + TIMEOUT_MS;
    const timeLeftMs = () => deadline - Date.now();
    await handleTask(JSON.stringify(task), { accounts, ledger, queue, log, now: Date.now, timeLeftMs }, {});
  }

  return {
    async pass() {
      const runId = newObjectId(new Date());
      const tasks: CollectTask[] = [];
      const enqueue = async (more: readonly CollectTask[]) => void tasks.push(...more);
      await plan({ runId, trigger: 'schedule' }, { accounts, ledger, log, now: Date.now, enqueue });
      for (const task of tasks) await carryOut(task);
      const recorded = await ledger.run(runId);
      if (!recorded) throw new Error(`run ${runId} was not recorded`);
      checkRun(recorded.run, recorded.parts);
      parts = recorded.parts;
    },
    ids: () => idsIn(ledger, parts),
    async close() {
      await atlas.close();
      await close();
    },
  };
});
