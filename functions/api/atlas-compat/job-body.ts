// functions/api/atlas-compat/job-body.ts: a job as Atlas shows it, such that the official schema takes it.

import type { LedgerJob } from '../../ledger/model/ledger.ts';
import { redactJob } from '../../restore/redact/redact.ts';
import type { Kind } from '../../schema/words.ts';
import type { Link } from './paging.ts';

type Body = Record<string, unknown>;

/** @param href of this job */
export function jobBody(job: LedgerJob, href: string): Body {
  // Secrets were taken out before the job was stored. They are looked for again, for what an older version may have left.
  const { atlas } = redactJob(job.atlas);
  return SHAPES[job.kind](withoutNulls(atlas), job, [{ href, rel: 'self' }]);
}

const snapshotRestore = (atlas: Body, _: LedgerJob, links: Link[]): Body => ({
  ...atlas,
  // Always there on record, and empty unless a download is ready (docs/atlas.md#1-3). What was in it is a secret.
  deliveryUrl: [],
  links,
});

const SHAPES: Record<Kind, (atlas: Body, job: LedgerJob, links: Link[]) => Body> = {
  dedicated: snapshotRestore,
  serverless: (atlas, job, links) => ({
    // The specification demands a target even for downloads, which have none (docs/atlas.md#1-4): its own cluster is named then.
    targetClusterName: job.clusterName,
    targetGroupId: job.projectId,
    ...snapshotRestore(atlas, job, links),
  }),
  flex: (atlas, _, links) => ({ ...atlas, links }),
  collection: (atlas) => atlas,
};

/** Atlas sends null where its specification says nothing of it (docs/atlas.md#9). Absent means the same. */
function withoutNulls(body: Body): Body {
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((one) => one !== null).map(clean);
    return value !== null && typeof value === 'object' ? withoutNulls(value as Body) : value;
  };
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => (value === null ? [] : [[name, clean(value)]])),
  );
}
