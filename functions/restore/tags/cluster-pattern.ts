// functions/restore/tags/cluster-pattern.ts: clusters chosen by a pattern of their project and name, `prod-*/orders`, or of a tag,
// `tag:env=prod*`. A cluster whose tags are not known neither fits a pattern of a tag, nor does it not fit.

import { clusterPattern, isPattern, matcher } from '../../platform/patterns.ts';
import { MAX_TAG_TEXT, type Tag } from './tag.ts';

/** What a pattern looks at. */
export interface PatternedCluster {
  projectName: string;
  clusterName: string;
  /** Absent: not known. */
  tags?: readonly Tag[] | undefined;
}

/** It depends on tags that are not known. */
export const NOT_KNOWN = 'not known';
export type NotKnown = typeof NOT_KNOWN;

export interface ClusterPattern {
  /** As written. */
  text: string;
  fits(cluster: PatternedCluster): boolean | NotKnown;
}

export interface TagPattern {
  key: string;
  fits(tags: readonly Tag[] | undefined): boolean | NotKnown;
}

export const CLUSTERS_EXPECTED =
  'a pattern of a project and a cluster such as prod-*/orders, or of a tag such as tag:env=prod';

/** A slash before the equals sign is that of a project whose name begins with `tag:`. */
const TAG = /^\s*tag:([^=/]*)=(.*)$/isu;

/** Undefined for what is neither. */
export function patternOfClusters(text: string): ClusterPattern | undefined {
  const [, key, value] = TAG.exec(text) ?? [];
  if (key !== undefined && value !== undefined) {
    const tag = tagPattern(key, value);
    return tag && { text, fits: ({ tags }) => tag.fits(tags) };
  }
  const pair = clusterPattern(text);
  return pair && { text, fits: ({ projectName, clusterName }) => pair.fits(projectName, clusterName) };
}

/** `env=prod`, as a filter has it. Keys are whole, values patterns; neither minds case. Undefined for what is none. */
export function parseTagPattern(text: string): TagPattern | undefined {
  const equals = text.indexOf('=');
  return equals < 0 ? undefined : tagPattern(text.slice(0, equals), text.slice(equals + 1));
}

function tagPattern(keyText: string, valueText: string): TagPattern | undefined {
  const [key, value] = [keyText.trim(), valueText.trim()];
  if (key.length > MAX_TAG_TEXT || !isPattern(key) || /[*?]/.test(key) || !isPattern(value)) return undefined;
  const wanted = key.toLowerCase();
  const isAny = /^\*+$/.test(value);
  const fitsValue = matcher(value);
  return {
    key,
    fits: (tags) => {
      if (!tags) return NOT_KNOWN;
      const those = tags.filter((tag) => tag.key.toLowerCase() === wanted);
      if (those.some((tag) => isAny || (tag.value !== undefined && fitsValue(tag.value)))) return true;
      // A value that was not kept may be any.
      return those.some((tag) => tag.value === undefined) ? NOT_KNOWN : false;
    },
  };
}

/** The first that fits. Not known, where that may be one before it. */
export function firstFit<P extends ClusterPattern>(
  patterns: readonly P[],
  cluster: PatternedCluster,
): P | NotKnown | undefined {
  for (const pattern of patterns) {
    const fits = pattern.fits(cluster);
    if (fits !== false) return fits === true ? pattern : NOT_KNOWN;
  }
  return undefined;
}
