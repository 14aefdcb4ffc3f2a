// functions/atlas/resources/whole.ts: the failure of a list that is incomplete even in its second reading.
import { AtlasError } from '../model/errors.ts';
import type { ItemsPage } from '../model/page.ts';

/** @param what names the list in the message @throws AtlasError ATLAS_BAD_ANSWER, transient, for such a last page */
export function assertWhole(
  what: string,
  { short, moved, miscounted }: Pick<ItemsPage<unknown>, 'short' | 'moved' | 'miscounted'>,
) {
  if (short) {
    const { seen, totalCount } = short;
    throw unwhole(`${what}: expected ${totalCount} items, as Atlas counts them, got ${seen} in each of two readings`);
  }
  if (miscounted) throw unwhole(`${what}: expected a number of items, got ${miscounted}, in each of two readings`);
  if (moved) throw unwhole(`${what} grew shorter during each of two readings, so items may be missing from both`);
}

const unwhole = (message: string) => new AtlasError('ATLAS_BAD_ANSWER', message);
