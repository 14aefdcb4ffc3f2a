// bench/cold/cases.ts: the event that each function is started for, and the effects it must have.

import { AtlasClient } from '../../functions/atlas/client.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { gatewayEvent } from '../api/gateway-event.ts';
import { credentialsOf } from '../atlas/access.ts';
import { checkRun } from '../contenders/ledgers.ts';
import { madeItems } from '../dynamo/made-items.ts';
import { WrongAnswerError } from '../harness/answer.ts';
import type { Services } from './services.ts';

export const FUNCTIONS = ['api', 'collect', 'notify', 'plan'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface Case {
  name: FunctionName;
  /** For each start, since nothing is done twice. `check` throws WrongAnswerError. */
  prepare(): Promise<{ event: unknown; check(answer: unknown): Promise<void> }>;
}

/** Jobs that the request to the API is for. */
const JOBS = 10;

/** Fills the table first, so that a collection finds nothing new. */
export async function cases(services: Services): Promise<Case[]> {
  const project = await collectOnce(services);
  return [apiCase(), collectCase(services, project), notifyCase(services), planCase(services)];
}

interface ProjectAt {
  projectId: string;
  lists: number;
}

async function collectOnce({ atlas: { access }, ledger }: Services): Promise<ProjectAt> {
  const atlas = new AtlasClient({ credentials: credentialsOf({ access, scheme: 'digest' }) });
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
    event: gatewayEvent(`/restore-jobs?limit=${JOBS}`),
    check: async (answer) => {
      const { statusCode, body = '' } = answer as { statusCode: number; body?: string };
      const ids = new Set(body.match(/"jobId":"[0-9a-f]{24}"/g) ?? body.match(/"jobId":\{"S":"[0-9a-f]{24}"\}/g));
      must(statusCode === 200 && ids.size >= JOBS, `the API answered ${statusCode} with ${ids.size} jobs`);
    },
  }),
});

const collectCase = ({ ledger }: Services, { projectId, lists }: ProjectAt): Case => ({
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
    const task = { runId, projectId, projectName: 'bench', accounts: ['atlas/key'] };
    return {
      event: { Records: [{ messageId: '1', body: JSON.stringify(task) }] },
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

const planCase = ({ ledger, aws }: Services): Case => ({
  name: 'plan',
  prepare: async () => {
    const runId = newObjectId(new Date());
    const before = await aws.call.taken();
    return {
      event: { trigger: 'request', runId },
      check: async () => {
        const run = (await ledger.run(runId))?.run;
        const { messages } = await aws.call.taken();
        must(run?.projects === 1 && messages === before.messages + 1, `a run of ${run?.projects} projects was planned`);
      },
    };
  },
});

const notifyCase = ({ aws }: Services): Case => ({
  name: 'notify',
  prepare: async () => {
    const before = await aws.call.taken();
    // The second newest of many: it is recent and has no findings.
    const [, item = {}] = madeItems({ jobs: 1_000_000, clusters: 1, runs: 0, untilMs: Date.now() });
    const { pk, sk } = item;
    const dynamodb = { Keys: { pk, sk }, NewImage: item, SequenceNumber: '1' };
    return {
      event: { Records: [{ eventID: '1', eventName: 'INSERT', dynamodb }] },
      check: async () => {
        const { events } = await aws.call.taken();
        must(events === before.events + 1, `${events - before.events} events were put, not 1`);
      },
    };
  },
});

function must(holds: boolean, otherwise: string) {
  if (!holds) throw new WrongAnswerError(otherwise);
}
