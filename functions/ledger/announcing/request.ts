// functions/ledger/announcing/request.ts: what somebody wants to announce, checked. It comes from outside: every text is bounded, on one
// line, and without secrets.
import { isoMoment } from '../../platform/calendar.ts';
import { defined } from '../../platform/defined.ts';
import { MAX_WINDOW_MS } from '../../restore/expected/expected-restore.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { LIMITS } from '../../schema/annotation-limits.ts';
import { AnnotationProblem, lineOf, objectOf, shown, textOf } from '../annotations/patch.ts';

export interface ExpectedRequest {
  projectId: string;
  clusterName: string;
  targetProjectId?: string;
  targetClusterName?: string;
  requester?: string;
  /** ISO 8601, to the second. Absent: from now on. */
  from?: string;
  until: string;
  restores: number;
  purpose?: string;
  ticket?: string;
}

/** How long ahead a restore may be announced, in ms: until the last moment of it. */
const MAX_AHEAD_MS = 366 * 86_400_000;

const FIELDS = [
  ...(['projectId', 'clusterName', 'targetProjectId', 'targetClusterName', 'requester'] as const),
  ...(['from', 'until', 'restores', 'purpose', 'ticket', 'allowUnknown'] as const),
];

/** Whether a cluster may be announced that the ledger has never seen. @throws AnnotationProblem */
export function allowsUnknown(value: unknown): boolean {
  const { allowUnknown = null } = objectOf('body', value, FIELDS);
  if (allowUnknown === null || typeof allowUnknown === 'boolean') return allowUnknown ?? false;
  throw new AnnotationProblem('allowUnknown', `expected true or false, got ${shown(allowUnknown)}`);
}

/** @throws AnnotationProblem that names the field */
export function expectedRequest(value: unknown): ExpectedRequest {
  const sent = objectOf('body', value, FIELDS);
  const given = <T>(name: (typeof FIELDS)[number], read: (field: string, value: unknown) => T): T | undefined =>
    sent[name] === undefined || sent[name] === null ? undefined : read(name, sent[name]);
  const name = (field: string, each: unknown) => lineOf(field, each, LIMITS.clusterName);
  const request = {
    projectId: idOf('projectId', sent.projectId),
    clusterName: name('clusterName', sent.clusterName),
    targetProjectId: given('targetProjectId', idOf),
    targetClusterName: given('targetClusterName', name),
    requester: given('requester', (field, each) => lineOf(field, each, LIMITS.requester)),
    from: given('from', momentOf),
    until: momentOf('until', sent.until),
    restores: given('restores', countOf) ?? 1,
    purpose: given('purpose', (field, each) => textOf(field, each, LIMITS.purpose)),
    ticket: given('ticket', (field, each) => textOf(field, each, LIMITS.ticket)),
  };
  if (request.targetClusterName === undefined && request.targetProjectId !== undefined)
    throw new AnnotationProblem(
      'targetProjectId',
      'expected targetClusterName with it: without a target, it is a download',
    );
  return defined(request);
}

/** @param now ISO 8601 @throws AnnotationProblem */
export function checkTimes({ from, until }: Pick<ExpectedRequest, 'from' | 'until'>, now: string): void {
  const [nowMs, fromMs, untilMs] = [now, from ?? now, until].map((at) => Date.parse(at)) as [number, number, number];
  if (untilMs <= nowMs) throw new AnnotationProblem('until', `expected a time after ${now}, got ${until}`);
  if (untilMs - nowMs > MAX_AHEAD_MS)
    throw new AnnotationProblem('until', `expected a time within a year, got ${until}`);
  if (from !== undefined && fromMs < secondOf(nowMs))
    throw new AnnotationProblem('from', `expected no time before ${now}, got ${from}: what was not announced stays so`);
  if (untilMs <= fromMs) throw new AnnotationProblem('until', `expected a time after from, ${from}, got ${until}`);
  if (untilMs - fromMs > MAX_WINDOW_MS)
    throw new AnnotationProblem(
      'until',
      `expected at most ${MAX_WINDOW_MS / 86_400_000} days after from, got ${until}`,
    );
}

/** Requests are known to the second. */
export const secondOf = (ms: number) => Math.floor(ms / 1_000) * 1_000;

function idOf(field: string, value: unknown): string {
  if (isObjectId(value)) return value;
  throw new AnnotationProblem(field, `expected 24 hex digits in lower case, got ${shown(value)}`);
}

function momentOf(field: string, value: unknown): string {
  const moment = typeof value === 'string' ? isoMoment(value) : undefined;
  if (moment === undefined)
    throw new AnnotationProblem(field, `expected a moment such as 2026-11-29T12:00:00Z, got ${shown(value)}`);
  return new Date(secondOf(Date.parse(moment))).toISOString();
}

function countOf(field: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LIMITS.restores) return value;
  throw new AnnotationProblem(field, `expected a whole number from 1 to ${LIMITS.restores}, got ${shown(value)}`);
}
