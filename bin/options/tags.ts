// bin/options/tags.ts: clusters chosen by their tags, as the filter of restore jobs chooses them.
import { noneTagged } from '../../functions/api/query/tagged-clusters.ts';
import { parseTagPattern } from '../../functions/restore/tags/cluster-pattern.ts';
import { type CoverageRow, tagWanted } from '../../functions/views/coverage.ts';
import { asFlags } from '../remote/flag-problem.ts';
import { checked } from './flags.ts';

/** A value may hold commas, so several tags take the flag several times. */
export function tags() {
  const option = checked(
    '--tag <key=value>',
    'of clusters that have this tag, the value being a pattern, and of those whose tags are not known; can be given several times; a tag that no cluster has is refused',
    'a tag such as env=prod, or a pattern of its value such as env=prod*',
    (text) => (parseTagPattern(text) ? text.trim() : undefined),
  );
  const read = option.parseArg as unknown as (text: string, before: undefined) => string;
  return option.argParser((text: string, before: string[] = []) => [...before, read(text, undefined)]);
}

/** Those of a cluster that has one of the tags, or may have it, and of no cluster. @throws UsageError where no cluster is of such a tag */
export async function ofTags(patterns: readonly string[] | undefined, rows: readonly CoverageRow[]) {
  const none = noneTagged(patterns, rows);
  return asFlags(async () => {
    if (none) throw none;
    return rows.filter(tagWanted(patterns));
  });
}
