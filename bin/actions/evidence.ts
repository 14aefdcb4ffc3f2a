// bin/actions/evidence.ts: an evidence report, made here or by an API.
import { defined } from '../../functions/platform/defined.ts';
import type { Progress } from '../../functions/proof/verify/verify-all.ts';
import { outcomeOf } from '../../functions/report/model/outcome.ts';
import { predicateOf } from '../../functions/report/model/predicate.ts';
import { type EvidenceRequest, MEDIA_TYPES } from '../../functions/report/model/request.ts';
import { pdfReport } from '../../functions/report/pdf/maker.ts';
import type { Objectives } from '../../functions/restore/objectives/objective.ts';
import type { ReportPredicate } from '../../functions/signing/report.ts';
import { openLedger, type Target } from '../options/ledger-target.ts';
import { projectIdsOf, projectsOf } from '../options/projects.ts';
import type { Context } from '../process/context.ts';
import { unlessRaised } from '../process/interrupt.ts';
import type { ApiAddress } from '../remote/address.ts';
import { type ReadableLedger, readable } from '../remote/ledger-port.ts';

export interface Asked {
  request: EvidenceRequest;
  /** When. */
  at: Date;
  /** By id or name. @default all */
  projects?: string[] | undefined;
  clusterName?: string | undefined;
}

export interface Made extends AsyncDisposable {
  parts: AsyncIterable<string>;
  /** What it comes to, in a line. */
  summary: string;
  /** The record was changed. */
  isBroken: boolean;
  /** What a signature says of it, of a report that was made here. */
  predicate?: ReportPredicate;
}

export type Make = (about: { signal: AbortSignal; progress: Progress }) => Promise<Made>;

interface AskedHere extends Asked {
  objectives: Objectives;
  madeAt: Date;
}

export function madeHere(where: Target, { request, objectives, madeAt, ...asked }: AskedHere): Make {
  const ledgerName = 'tableName' in where ? where.tableName : where.dataDir;
  return async ({ signal, progress }) => {
    const { makeReport } = await import('../../functions/report/make.ts');
    const opened = await openLedger(where);
    try {
      const { ledger } = opened;
      const only = await onlyOf(asked, readable(ledger, Date.now));
      const about = { ledgerName, objectives, madeAt: madeAt.toISOString(), pdf: pdfReport };
      const making = makeReport({ ...request, ...defined({ only }) }, { ledger, progress, signal, ...about });
      const made = await unlessRaised(signal, making);
      const { summary, integrity } = outcomeOf(made.head);
      const dispose = async () => {
        await made[Symbol.asyncDispose]();
        await opened[Symbol.asyncDispose]();
      };
      const predicate = predicateOf(made.head);
      const isBroken = integrity === 'broken';
      return { parts: made.parts(), summary, isBroken, predicate, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
  };
}

/** As given; of a period without an end, the API's clock says when it ends. */
interface AskedThere extends Asked {
  since?: string | undefined;
  until?: string | undefined;
}

export function madeThere(api: ApiAddress, { request, since, until, ...asked }: AskedThere, context: Context): Make {
  return async ({ signal, progress }) => {
    const [{ ApiClient }, { ApiLedger }, { remoteReport }] = await Promise.all([
      import('../remote/client.ts'),
      import('../remote/ledger.ts'),
      import('../remote/evidence.ts'),
    ]);
    const client = new ApiClient(api, context);
    const only = await onlyOf(asked, new ApiLedger(client));
    const { timeZone, verify, format, frameworks } = request;
    const framework = frameworks?.join(',');
    const chosen = { projectId: only?.projectIds.join(','), clusterName: only?.clusterName };
    const query = defined({
      since,
      until,
      format,
      timeZone,
      verify: verify ? 'true' : undefined,
      framework,
      ...chosen,
    });
    const made = await remoteReport({ client, query, accept: MEDIA_TYPES[format], progress, signal });
    return { ...made, [Symbol.asyncDispose]: async () => {} };
  };
}

async function onlyOf(
  { projects, clusterName }: Pick<Asked, 'projects' | 'clusterName'>,
  ledger: Pick<ReadableLedger, 'allProjectNames'>,
): Promise<EvidenceRequest['only']> {
  return projects && { projectIds: await projectIdsOf(projects, projectsOf(ledger)), ...defined({ clusterName }) };
}
