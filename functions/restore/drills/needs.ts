// functions/restore/drills/needs.ts: what a drill needs to count, by cluster, as an operator writes it: `prod-*/orders = verdict, rto, by ci-*`.

import { defined } from '../../platform/defined.ts';
import { isPattern } from '../../platform/patterns.ts';
import { DRILL_NEEDS, type DrillNeed } from '../../schema/words.ts';
import type { Objectives } from '../objectives/objective.ts';
import {
  type ClusterPattern,
  firstFit,
  NOT_KNOWN,
  type NotKnown,
  type PatternedCluster,
  patternOfClusters,
} from '../tags/cluster-pattern.ts';
import type { DrillNeeds } from './judged.ts';

/** Without any need, a completed restore counts, whatever comes after. */
export interface NeedsPattern extends ClusterPattern {
  needs: DrillNeed[];
  /** Patterns of names. */
  by: string[];
}

export const NEEDS_EXPECTED =
  'a pattern of a project and a cluster, or of a tag, with needs, such as prod-*/orders = verdict, other-project, rto, rpo, checks, by ci-*, tag:env=prod = verdict, or none; any need needs verdict';

const PLAIN: readonly string[] = DRILL_NEEDS.filter((need) => need !== 'by');

/** Undefined for what is none. The last equals sign ends the pattern: names may hold others. */
export function parseNeeds(text: string): NeedsPattern | undefined {
  const equals = text.lastIndexOf('=');
  const pattern = patternOfClusters(text.slice(0, Math.max(0, equals)));
  const needed = needsIn(text.slice(equals + 1));
  return pattern && needed && { ...pattern, text: text.trim(), ...needed };
}

function needsIn(text: string): Pick<NeedsPattern, 'needs' | 'by'> | undefined {
  if (/^\s*none\s*$/i.test(text)) return { needs: [], by: [] };
  const found = new Set<DrillNeed>();
  const by: string[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    const name = /^by\s+(.+)$/i.exec(part)?.[1];
    const plain = part.toLowerCase();
    if (name !== undefined && isPattern(name) && !by.includes(name)) by.push(name);
    else if (PLAIN.includes(plain) && !found.has(plain as DrillNeed)) found.add(plain as DrillNeed);
    else return undefined;
  }
  if (by.length > 0) found.add('by');
  // A restore that nobody judged is not proven, whatever else it shows.
  return found.has('verdict') ? { needs: DRILL_NEEDS.filter((need) => found.has(need)), by } : undefined;
}

/** What a drill of a cluster needs, by the first line that fits. Not known: that depends on tags. Undefined: a completed restore counts. */
export function needsOf(lines: readonly NeedsPattern[], objectives: Objectives) {
  return (cluster: PatternedCluster): DrillNeeds | NotKnown | undefined => {
    const line = firstFit(lines, cluster);
    if (line === NOT_KNOWN) return NOT_KNOWN;
    if (!line || line.needs.length === 0) return undefined;
    const { text, needs, by } = line;
    const { rtoSeconds, rpoSeconds } = objectives.of(cluster.projectName, cluster.clusterName) ?? {};
    return {
      line: text,
      needs,
      ...defined({
        by: by.length > 0 ? by : undefined,
        rtoSeconds: needs.includes('rto') ? rtoSeconds : undefined,
        rpoSeconds: needs.includes('rpo') ? rpoSeconds : undefined,
      }),
    };
  };
}
