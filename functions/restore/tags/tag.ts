// functions/restore/tags/tag.ts: the resource tags that a cluster has in Atlas.

import type * as z from 'zod/mini';
import { defined } from '../../platform/defined.ts';
import { isObject } from '../../platform/json.ts';
import type { tag } from '../../schema/coverage.ts';
import { redactAnswer } from '../redact/redact.ts';

export type Tag = z.infer<typeof tag>;

/** Of one cluster; Atlas allows no more (docs/atlas.md#2-1). */
export const MAX_TAGS = 50;
/** Of a key, and of a value, in UTF-16 units: as long as Atlas allows. */
export const MAX_TAG_TEXT = 255;

/** Stands in a text for what redaction removed. */
const REMOVED = /\[(?:URL|credential) removed\]/;

/**
 * The tags in an answer. Undefined where it doesn't have all of them, or not in a form that can be kept whole: they are not known then,
 * as some of them would look like all. A value that looks like a secret is left out.
 */
export function tagsIn(value: unknown): Tag[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_TAGS) return undefined;
  const tags = value.flatMap((element) => tagIn(element) ?? []);
  return tags.length === value.length ? tags : undefined;
}

function tagIn(element: unknown): Tag | undefined {
  if (!isObject(element) || !isTagText(element.key) || !isTagText(element.value)) return undefined;
  const { key, value } = redactAnswer({ key: element.key, value: element.value }) as { key: string; value?: string };
  if (key !== element.key) return undefined;
  return defined({ key, value: value === undefined || REMOVED.test(value) ? undefined : value });
}

const isTagText = (text: unknown): text is string =>
  typeof text === 'string' && text !== '' && text.length <= MAX_TAG_TEXT;
