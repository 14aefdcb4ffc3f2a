// functions/api/query/tagged-clusters.ts: the clusters that a filter by tag asks for, and those of which nobody knows whether it does.
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import type { ProjectFacts } from '../../ledger/model/known-project.ts';
import type { JobsFilter, TaggedClusters, TagsNotKnown } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { parseTagPattern } from '../../restore/tags/cluster-pattern.ts';
import { someTag } from '../../restore/tags/some-tag.ts';
import { type CoverageRow, compare, tagWanted } from '../../views/coverage.ts';
import { counted } from '../../views/text.ts';
import { badParameter, type RequestProblem } from '../http/problem.ts';

type Facts = Pick<ProjectFacts, 'projectId' | 'projectName' | 'coverage'> & { archived?: readonly ClusterCoverage[] };

/** Clusters that a sentence names. */
const NAMED = 5;
/** Keys that a refusal names. */
const MAX_KEYS = 20;

/**
 * By the tags that clusters have now, and of those that are gone, had last. Of clusters that are gone for more than a week and were not read,
 * and of projects without coverage, whose restores may be on record all the same, nothing is known.
 * @param only the one whose restores are asked for: of others it doesn't matter whether they are known
 * @throws RequestProblem where no cluster has such a tag, and none may have it
 */
export function taggedClusters(
  patterns: readonly string[],
  projects: readonly Facts[],
  only?: { clusterName?: string | undefined },
): TaggedClusters {
  const fits = someTag(patterns.flatMap((pattern) => parseTagPattern(pattern) ?? []));
  const clusters: { projectId: string; clusterName: string }[] = [];
  const unknown: { clusterName: string; text: string }[] = [];
  let [gone, unread] = [0, 0];
  const keys = new Set<string>();
  for (const { projectId, projectName, coverage, archived } of projects) {
    if (!coverage) unread += 1;
    const present = Object.values(coverage?.clusters ?? {});
    const names = new Set(present.map(({ clusterName }) => clusterName));
    // Another one has its name, and its restores, now.
    const former = (archived ?? []).filter(({ clusterName }) => !names.has(clusterName));
    if (!archived) gone += coverage?.archived?.length ?? 0;
    for (const { clusterName, tags } of [...present, ...former]) {
      for (const { key } of tags ?? []) keys.add(key);
      const has = fits(tags);
      if (has === true) clusters.push({ projectId, clusterName });
      else if (has !== false) unknown.push({ clusterName, text: `${projectName}/${clusterName}` });
    }
  }
  if (clusters.length + unknown.length + gone + unread === 0) throw badParameter('tag', noneHas(patterns, keys));
  const asked = unknown.filter(({ clusterName }) => (only?.clusterName ?? clusterName) === clusterName);
  const texts = asked.map(({ text }) => text);
  // In one order, however the table gives them, as cursors are of what was asked for.
  clusters.sort((a, b) => compare(a.projectId, b.projectId) || compare(a.clusterName, b.clusterName));
  return { clusters, ...defined({ notKnown: notKnown(texts, gone, unread) }) };
}

function notKnown(unknown: readonly string[], gone: number, unread: number): TaggedClusters['notKnown'] {
  // Of a project that was not read, nobody knows how many it has: one at least, if a restore of it is on record.
  const clusters = unknown.length + gone + unread;
  if (clusters === 0) return undefined;
  const named = unknown.slice(0, NAMED).map((name) => JSON.stringify(name));
  const others = [
    unknown.length > NAMED && `${unknown.length - NAMED} more`,
    gone > 0 && `${gone} gone for more than a week, which are looked up with their project alone`,
    unread > 0 && `those of ${counted(unread, 'project')} not read yet`,
  ].filter((part) => part !== false);
  const text = `The tags of ${counted(clusters, 'cluster')} are not known, so restores of ${clusters === 1 ? 'it' : 'them'} are left out: ${[...named, ...others].join(', ')}.`;
  return { clusters, text };
}

/** Why no row is of such a tag: there are clusters, and none of them has it, or may have it. */
export function noneTagged(
  patterns: readonly string[] | undefined,
  rows: readonly Pick<CoverageRow, 'clusterName' | 'tags'>[],
): RequestProblem | undefined {
  const clusters = rows.filter(({ clusterName }) => clusterName !== undefined);
  if (!patterns || clusters.length === 0 || clusters.some(tagWanted(patterns))) return undefined;
  return badParameter(
    'tag',
    noneHas(patterns, new Set(clusters.flatMap(({ tags = [] }) => tags.map(({ key }) => key)))),
  );
}

function noneHas(patterns: readonly string[], keys: ReadonlySet<string>): string {
  const text = `no cluster has a tag that fits ${patterns.map((pattern) => JSON.stringify(pattern)).join(' or ')}`;
  const some = [...keys]
    .sort()
    .slice(0, MAX_KEYS)
    .map((key) => JSON.stringify(key));
  return keys.size === 0 ? `${text}, nor any other tag` : `${text}; there are the keys ${some.join(', ')}`;
}

/** What an answer says of a filter by tag beside what it found. */
export const notKnownOf = ({ tagged }: JobsFilter): { tagsNotKnown?: TagsNotKnown } =>
  defined({ tagsNotKnown: tagged?.notKnown });

/** Of an answer that is CSV or JSON lines, too: how many clusters it is not known of. */
export const tagsHeader = (notKnown: TagsNotKnown | undefined): Record<string, string> =>
  notKnown ? { 'tags-not-known': String(notKnown.clusters) } : {};
