// bin/options/tags.ts: clusters chosen by their tags, as the filter of restore jobs chooses them.
import { parseTagPattern } from '../../functions/restore/tags/cluster-pattern.ts';
import { checked } from './flags.ts';

/** A value may hold commas, so several tags take the flag several times. */
export function tags() {
  const option = checked(
    '--tag <key=value>',
    'of clusters that have this tag, the value being a pattern, and of those whose tags are not known; can be given several times',
    'a tag such as env=prod, or a pattern of its value such as env=prod*',
    (text) => (parseTagPattern(text) ? text.trim() : undefined),
  );
  const read = option.parseArg as unknown as (text: string, before: undefined) => string;
  return option.argParser((text: string, before: string[] = []) => [...before, read(text, undefined)]);
}
