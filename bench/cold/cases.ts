// bench/cold/cases.ts is what each function is started for, and what its answer has to have brought about.

import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { gatewayEvent } from '../api/gateway-event.ts';
import { madeItems } from '../dynamo/made-items.ts';
import { checkRun } from '../ledger/run-check.ts';
import type { Surroundings } from './surroundings.ts';

export type FunctionName = 'api' | 'collect' | 'notify' | 'plan';

export interface Case {
  name: FunctionName;
  /** Anew for each start, since what was done once is not done again. @returns the event, and a check of what came of it */
  prepare(): Promise<{ event: unknown; check(answer: unknown): Promise<void> }>;
}

/** Jobs that the API is asked for. */
const ASKED = 10;

/** Fills the table first, so that a collection finds nothing new. */
export async function cases(around: Surroundings): Promise<Case[]> {
  const project = await collectOnce(around);
  return [apiCase(), collectCase(around, project), notifyCase(around), planCase(around)];
}

interface ProjectAt {
  projectId: string;
  lists: number;
}

async function collectOnce({ atlas: { access }, ledger }: Surroundings): Promise<ProjectAt> {
  const credentials = fixedCredentials({ type: 'apiKey', ...access.apiKey, baseUrl: access.url }, 'the bench');
  const atlas = new AtlasClient({ credentials });
  const accounts = [{ name: 'atlas/key', atlas }];
  const request = { runId: newObjectId(new Date()), trigger: 'command' } as const;
  const { run, parts } = await runLocally(request, { accounts, ledger, log: silentLog, clock: systemClock });
  await atlas.close();
  checkRun(run, parts);
  return { projectId: parts[0]?.projectId ?? '', lists: run.counts?.listsRead ?? 0 };
}

const apiCase = (): Case => ({
  name: 'api',
  prepare: async () => ({
    event: gatewayEvent(`/restore-jobs?limit=${ASKED}`),
    check: async (answer) => {
      const { statusCode, body = '' } = answer as { statusCode: number; body?: string };
      const ids = new Set(body.match(/"jobId":"[0-9a-f]{24}"/g) ?? body.match(/"jobId":\{"S":"[0-9a-f]{24}"\}/g));
      must(statusCode === 200 && ids.size >= ASKED, `the API answered ${statusCode} with ${ids.size} jobs`);
    },
  }),
});

const collectCase = ({ ledger }: Surroundings, { projectId, lists }: ProjectAt): Case => ({
  name: 'collect',
  prepare: async () => {
    const runId = newObjectId(new Date());
    const startedAt = new Date().toISOString();
    await ledger.startRun({
      runId,
      trigger: 'schedule',
      scope: {},
      full: false,
      startedAt,
      status: 'running',
      failures: [],
    });
    await ledger.planRun(runId, 1, []);
    const order = { runId, projectId, projectName: 'bench', accounts: ['atlas/key'] };
    return {
      event: { Records: [{ messageId: '1', body: JSON.stringify(order) }] },
      check: async (answer) => {
        const { batchItemFailures = [] } = answer as { batchItemFailures?: unknown[] };
        const run = (await ledger.run(runId))?.run;
        const { listsRead } = run?.counts ?? {};
        must(batchItemFailures.length === 0 && run?.status === 'complete', `the run is ${run?.status}`);
        must(listsRead === lists, `${listsRead} of ${lists} lists were read`);
      },
    };
  },
});

const planCase = ({ ledger, aws }: Surroundings): Case => ({
  name: 'plan',
  prepare: async () => {
    const runId = newObjectId(new Date());
    const before = await aws.tell('taken', null);
    return {
      event: { trigger: 'request', runId },
      check: async () => {
        const run = (await ledger.run(runId))?.run;
        const { messages } = await aws.tell('taken', null);
        must(run?.projects === 1 && messages === before.messages + 1, `a run of ${run?.projects} projects was planned`);
      },
    };
  },
});

const notifyCase = ({ aws }: Surroundings): Case => ({
  name: 'notify',
  prepare: async () => {
    const before = await aws.tell('taken', null);
    // The second newest of many: it is fresh, and nothing was found about it.
    const [, item = {}] = madeItems({ jobs: 1_000_000, clusters: 1, untilMs: Date.now() });
    const { pk, sk } = item;
    const dynamodb = { Keys: { pk, sk }, NewImage: item, SequenceNumber: '1' };
    return {
      event: { Records: [{ eventID: '1', eventName: 'INSERT', dynamodb }] },
      check: async () => {
        const { events } = await aws.tell('taken', null);
        must(events === before.events + 1, `${events - before.events} events were put, not 1`);
      },
    };
  },
});

export class WrongStartError extends Error {
  override readonly name = 'WrongStartError';
}

function must(holds: boolean, otherwise: string) {
  if (!holds) throw new WrongStartError(`${otherwise}: its start does not count`);
}
