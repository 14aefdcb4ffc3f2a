// functions/restore/rules/target-checks.ts: the rules on where the data of a restore goes.

import { printable } from '../text.ts';
import { isUnderstood } from '../understood.ts';
import type { Check, EvaluatedJob, EvaluationContext } from './check.ts';

export const crossProject: Check = (job, context) => {
  const target = targetOf(job, context);
  if (target === undefined || target.projectId === job.projectId) return undefined;
  const cluster = target.clusterName === undefined ? 'target' : `target cluster ${printable(target.clusterName)}`;
  if (target.projectName === undefined) {
    const why = `The ${cluster} is in project ${printable(target.projectId)}, which these credentials cannot see: it may be outside the organization.`;
    return { severity: 'critical', why };
  }
  const [from, to] = [sourceName(job, context), target.projectName];
  const { allows } = context.rules;
  if (allows?.(from, to)) return undefined;
  const where = `The ${cluster} is in project ${printable(to)}`;
  return allows
    ? { severity: 'critical', why: `${where}, and no allowed direction fits ${printable(from)} -> ${printable(to)}.` }
    : { severity: 'warning', why: `${where}, while the backup is of project ${printable(from)}.` };
};

/** In place counts: what is on the target is overwritten all the same. */
export const protectedTarget: Check = (job, context) => {
  const target = targetOf(job, context);
  if (target?.clusterName === undefined) return undefined;
  // A project without a known name fits no name, but may fit `*`: better protected in vain than not at all.
  const project = target.projectName ?? target.projectId;
  const pattern = context.rules.protectedBy(project, target.clusterName);
  if (pattern === undefined) return undefined;
  const name = `${printable(project)}/${printable(target.clusterName)}`;
  return { severity: 'critical', why: `The target ${name} is protected by ${printable(pattern)}.` };
};

/** From the request on: once it is ready, it is too late to stop. */
export const download: Check = (job) =>
  job.delivery === 'download'
    ? {
        severity: 'warning',
        why: `The data of cluster ${printable(job.clusterName)} was requested as a download, which anyone who has its address can fetch.`,
      }
    : undefined;

export const pointInTime: Check = (job) =>
  job.delivery === 'pointInTime'
    ? {
        severity: 'info',
        why: `The restore goes back to a point in time${job.pointInTime === undefined ? '' : `, ${printable(job.pointInTime)}`}.`,
      }
    : undefined;

interface Target {
  projectId: string;
  /** Absent: these credentials cannot see it. */
  projectName: string | undefined;
  clusterName: string | undefined;
}

/**
 * A download has none, nor is it known where the project can't be understood. Where Atlas names no project, the restore stays
 * in its own.
 */
function targetOf(job: EvaluatedJob, context: EvaluationContext): Target | undefined {
  if (job.delivery === 'download' || !isUnderstood(job, 'targetProjectId')) return undefined;
  const { projectId, targetProjectId = projectId, targetClusterName: clusterName } = job;
  const projectName = targetProjectId === projectId ? sourceName(job, context) : context.projectNameOf(targetProjectId);
  return { projectId: targetProjectId, projectName, clusterName };
}

const sourceName = (job: EvaluatedJob, { projectNameOf }: EvaluationContext) =>
  projectNameOf(job.projectId) ?? job.projectName ?? job.projectId;
