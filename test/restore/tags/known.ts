import { NOT_KNOWN, type NotKnown } from '../../../functions/restore/tags/cluster-pattern.ts';

/** What can be said, as no tag is asked for. */
export function known<T>(value: T | NotKnown): T {
  if (value === NOT_KNOWN) throw new TypeError('expected what is known');
  return value as T;
}
