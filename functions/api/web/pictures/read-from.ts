// functions/api/web/pictures/read-from.ts: what a picture of the newest restores leaves out, in words.
import { html } from 'hono/html';
import { exactTime, type Html } from '../../../views/html/text.ts';
import type { ReadJobs } from '../../../views/pictures/jobs.ts';
import { number } from '../../../views/text.ts';

/** Nothing where all of them were read. */
export const leftOut = ({ jobs, more }: ReadJobs): Html | '' => {
  const oldest = jobs.at(-1)?.requestedAt;
  return !more
    ? ''
    : html`<p class="note">There are more restores than a page reads: these are of the newest ${number(jobs.length)}${oldest === undefined ? '' : html`, back to ${exactTime(oldest)}`}. What is older is left out of the pictures and numbers below.</p>
`;
};

/** The same of restores that were looked for among the newest. */
export const lookedFrom = ({ more, readFrom }: ReadJobs): Html | '' =>
  more
    ? html`<p class="note">There are more restores than a page looks at: of those requested before ${exactTime(readFrom)}, some or all are left out of the pictures below.</p>
`
    : '';
