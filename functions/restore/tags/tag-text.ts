// functions/restore/tags/tag-text.ts: tags as people write them: `env=prod, team=orders`.
import type { Tag } from './tag.ts';

/** Atlas allows no others in a tag (docs/atlas.md#2-1). */
const PLAIN = /^[\p{L}\p{N} ;@_.+-]+$/u;

const quoted = (text: string) => (PLAIN.test(text) ? text : JSON.stringify(text));

/** `env=prod`; without an equals sign where the value was not kept. What could be read as another tag is in quotes. */
const tagText = ({ key, value }: Tag) => (value === undefined ? quoted(key) : `${quoted(key)}=${quoted(value)}`);

/** `(none)` for a cluster without tags. */
export const tagsText = (tags: readonly Tag[]): string => (tags.length === 0 ? '(none)' : tags.map(tagText).join(', '));
