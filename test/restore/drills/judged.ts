import type { JudgedRestore } from '../../../functions/restore/drills/judged.ts';

export const LISTED = { kind: 'iam', name: 'ci-restore-tests' } as const;
export const OTHER = { kind: 'iam', name: 'somebody' } as const;

/** Synthetic: it shows all that a drill can need. Undefined takes a field away. */
export function judged(more: Partial<JudgedRestore>): JudgedRestore {
  const said = { by: LISTED, at: more.finishedAt ?? '2026-11-20T12:00:00.000Z' };
  const restore: JudgedRestore = {
    ...{ jobId: '6b0000000000000000000001', projectId: '1'.repeat(24), projectName: 'prod', clusterName: 'Orders' },
    ...{ kind: 'dedicated', delivery: 'automated', status: 'COMPLETED', targetProjectId: '2'.repeat(24) },
    ...{ requestedAt: '2026-11-20T10:00:00.000Z', finishedAt: '2026-11-20T10:30:00.000Z', durationSeconds: 1_800 },
    ...{ snapshotAt: '2026-11-20T04:00:00.000Z', validation: { status: 'SUCCESSFUL', ...said } },
    annotation: { ...said, checks: [{ name: 'rows', expected: '2', got: '2' }] },
  };
  const all = Object.entries({ ...restore, ...more }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all) as JudgedRestore;
}
