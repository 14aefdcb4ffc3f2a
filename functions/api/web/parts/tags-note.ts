// functions/api/web/parts/tags-note.ts: clusters that a filter by tag may be about, and that a page leaves out.
import { html } from 'hono/html';
import type { TagsNotKnown } from '../../../ledger/model/ledger.ts';
import { type Html, name } from '../../../views/html/text.ts';

/** Longer than any. */
const MAX_TEXT = 1_000;

export const tagsNote = ({ tagsNotKnown }: { tagsNotKnown?: TagsNotKnown }): Html | '' =>
  tagsNotKnown ? html`<p class="note">${name(tagsNotKnown.text, MAX_TEXT)}</p>` : '';
