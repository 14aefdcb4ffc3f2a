// functions/ledger/fingerprint.ts makes a short stand-in for what Atlas said of a job: equal ones mean that nothing changed.
import { createHash } from 'node:crypto';
import type { RestoreJob } from '../restore/job.ts';

/** Stamped by the collector, not said of the job: a project's new name must not rewrite its jobs. */
export const STAMPS = ['projectName', 'clusterId'] as const satisfies readonly (keyof RestoreJob)[];

/** The fingerprint of an answer: of every normalised field but the stamps, and of everything that Atlas sent. */
export function fingerprint(job: RestoreJob): string {
  const { projectName: _, clusterId: __, ...said } = job;
  return digest(said);
}

/** 16 characters, 96 bits of a SHA-256: two different answers of one job won't meet by chance. */
export const digest = (value: unknown) =>
  createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, 16);

/** The whole SHA-256, 43 characters. */
export const sha256 = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('base64url');

/** JSON with sorted names, so that equal values give equal text. Undefined fields are absent ones. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    }) ?? 'null'
  );
}
