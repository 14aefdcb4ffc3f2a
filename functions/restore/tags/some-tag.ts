// functions/restore/tags/some-tag.ts: whether a cluster has a tag that fits one of several patterns.
import { NOT_KNOWN, type NotKnown, type TagPattern } from './cluster-pattern.ts';
import type { Tag } from './tag.ts';

/** Not known where one may fit, and none does for certain. */
export const someTag =
  (patterns: readonly TagPattern[]) =>
  (tags: readonly Tag[] | undefined): boolean | NotKnown => {
    const all = patterns.map(({ fits }) => fits(tags));
    return all.includes(true) || (all.includes(NOT_KNOWN) ? NOT_KNOWN : false);
  };
