// functions/ledger/model/fingerprint.ts: digests over canonical JSON: equal ones mean that nothing changed.
import { hash } from 'node:crypto';
import { defineOwn } from '../../platform/safe-set.ts';
import type { RestoreJob } from '../../restore/job.ts';

/** Stamped by the collector, not said of the job: a project's new name must not rewrite its jobs. */
export const STAMPS = ['projectName', 'clusterId'] as const satisfies readonly (keyof RestoreJob)[];

/** The fingerprint of an answer: of every normalised field but the stamps, and of everything that Atlas sent. */
export const fingerprint = ({ projectName: _, clusterId: __, ...answer }: RestoreJob) => digest(answer);

/** 16 characters, 96 bits of a SHA-256: two different answers of one job won't meet by chance. */
export const digest = (value: unknown) => sha256(value).slice(0, 16);

/** The whole SHA-256, 43 characters. */
export const sha256 = (value: unknown) => hash('sha256', canonicalJson(value), 'base64url');

/** JSON with sorted names, so that equal values give equal text. Undefined fields are absent ones. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value)) ?? 'null';

/** With sorted names. What has them already is not copied: Atlas's jobs come out of redaction that way. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  if (value instanceof Date) return value.toJSON();
  const fields = value as Record<string, unknown>;
  const names = Object.keys(fields);
  let copy: Record<string, unknown> | undefined;
  if (!isPlain(fields) || !areInOrder(names)) {
    copy = {};
    names.sort();
  }
  for (const name of names) {
    const inner = sorted(fields[name]);
    if (!copy && inner !== fields[name]) copy = { ...fields };
    if (copy) defineOwn(copy, name, inner);
  }
  return copy ?? fields;
}

/** JSON.stringify makes something else than its fields of a boxed text, a Map and the like. */
const isPlain = (value: object) => Object.getPrototypeOf(value) === Object.prototype;

function areInOrder(names: readonly string[]): boolean {
  for (let nth = 1; nth < names.length; nth++) if ((names[nth - 1] ?? '') > (names[nth] ?? '')) return false;
  return true;
}
