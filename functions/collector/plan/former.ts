// functions/collector/plan/former.ts: names and organizations that projects had before, by what a listing shows now. Pure, but for the log.
import type { Project } from '../../atlas/model/atlas.ts';
import { type Former, type KnownProject, withFormer } from '../../ledger/model/known-project.ts';
import { defined } from '../../platform/defined.ts';
import type { Log } from '../../platform/log.ts';

export interface Sight {
  /** When the listing began, ISO 8601. */
  at: string;
  /** When a listing last showed what is stored, ISO 8601. */
  seenAt: string;
}

/**
 * The name and the organization after a sight, with those before. What another run has learnt since this listing began stays: which of
 * the two is the later one is not known.
 */
export function namedAfter(stored: KnownProject | undefined, { name, orgId }: Project, { at, seenAt }: Sight) {
  const { projectId, projectName, orgId: org, formerNames, formerOrgs } = stored ?? {};
  const after = (was: string | undefined, is: string, former: Former[] | undefined) => {
    if ((former?.at(-1)?.until ?? '') > at) return { is: was, former };
    return was === undefined || was === is
      ? { is, former }
      : { is, former: withFormer(former, { was, seenAt, until: at }) };
  };
  // A project whose record was lost goes by its id until it is seen.
  const names = after(projectName === projectId ? undefined : projectName, name, formerNames);
  const orgs = orgId === undefined ? { is: org, former: formerOrgs } : after(org, orgId, formerOrgs);
  return {
    projectName: names.is ?? name,
    ...defined({ orgId: orgs.is, formerNames: names.former, formerOrgs: orgs.former }),
  };
}

/** Whoever wrote a pattern that fitted the former name hears of it. @param at when the run began, ISO 8601 */
export function tellRenamed(
  projects: readonly KnownProject[],
  { log, runId, at }: { log: Log; runId: string; at: string },
) {
  for (const { projectId, projectName, orgId, formerNames, formerOrgs } of projects) {
    const isNew = (former: Former | undefined) => former?.until === at;
    const [name, org] = [formerNames?.at(-1), formerOrgs?.at(-1)];
    const of = { runId, projectId, projectName };
    if (isNew(name))
      log.warn('a project was renamed: patterns fit its new name from now on', { ...of, was: name?.was });
    if (isNew(org)) log.warn('a project is of another Atlas organization', { ...of, orgId, was: org?.was });
  }
}
