// functions/api/web/parts/chart.ts: restores over time by outcome, as bars and as a table.

import { html } from 'hono/html';
import { isOpen } from '../../../restore/job.ts';
import type { Status } from '../../../schema/words.ts';
import type { Html } from '../../../views/html/text.ts';
import { counted, number } from '../../../views/text.ts';
import type { Summary } from '../../query/summary.ts';
import { jobsHref } from './job-filter.ts';

/** Ended, and neither well nor badly as far as is known. */
const OFF: ReadonlySet<Status> = new Set(['CANCELLED', 'EXPIRED', 'UNKNOWN']);
/** From the bottom of a bar to its top. */
const OUTCOMES = [
  { key: 'ok', label: 'Completed', of: (status: Status) => status === 'COMPLETED' },
  { key: 'now', label: 'Open', of: isOpen },
  { key: 'off', label: 'Cancelled, expired or unknown', of: (status: Status) => OFF.has(status) },
  { key: 'bad', label: 'Failed', of: (status: Status) => status === 'FAILED' },
] as const;

const WIDTH = 600;
const HEIGHT = 150;
/** One failure among a thousand restores has to show. */
const MIN_HEIGHT = 2;

/** In the order of OUTCOMES. */
const byOutcome = (byStatus: Partial<Record<Status, number>>) =>
  OUTCOMES.map(({ of }) =>
    Object.entries(byStatus).reduce((sum, [status, n]) => (of(status as Status) ? sum + n : sum), 0),
  );

export function chart(days: readonly Summary['byDay'][number][], totals: string): Html {
  const rows = days.map(({ day, byStatus, jobs }) => ({ day, counts: byOutcome(byStatus), total: jobs }));
  const top = roundUp(Math.max(...rows.map(({ total }) => total), 0));
  const [first, middle, last] = [days[0], days[Math.floor(days.length / 2)], days.at(-1)];
  return html`<figure class="chart small" aria-labelledby="chart-title">
<div class="y soft" aria-hidden="true"><span>${number(top)}</span><span>${number(top / 2)}</span><span>0</span></div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="chart-name chart-desc"><title id="chart-name">Restores by day and outcome</title>
<desc id="chart-desc">${totals} The same numbers follow as a table.</desc>
<line x2="${WIDTH}" y1="0" y2="0"/><line x2="${WIDTH}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/>
${rows.map(({ day, counts, total }, i) => bar(day, counts, total, (i * WIDTH) / rows.length, WIDTH / rows.length, top))}
<line class="base" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"/></svg>
<div class="x soft" aria-hidden="true">${[first, middle, last].map((d) => html`<span>${shortDay(d?.day)}</span>`)}</div></figure>
<div class="under"><ul class="legend" aria-hidden="true">${OUTCOMES.map(({ key, label }) => html`<li><svg viewBox="0 0 8 8"><rect class="fill-${key}" width="8" height="8" rx="2"/></svg>${label}</li>`)}</ul>
<details><summary>The same numbers as a table</summary>
<div class="scroll" role="region" aria-label="Restores by day" tabindex="0">${numbers(rows)}</div></details></div>`;
}

function bar(day: string, counts: readonly number[], total: number, x: number, step: number, top: number): Html {
  let y = HEIGHT;
  const parts = OUTCOMES.flatMap(({ key }, i) => {
    const n = counts[i] ?? 0;
    if (n === 0) return [];
    const height = Math.max(MIN_HEIGHT, (n / top) * HEIGHT);
    y -= height;
    return html`<rect class="fill-${key}" x="${fixed(x + step * 0.12)}" y="${fixed(y)}" width="${fixed(step * 0.76)}" height="${fixed(height)}"/>`;
  });
  const words = OUTCOMES.flatMap(({ label }, i) => (counts[i] ? `${counts[i]} ${label.toLowerCase()}` : []));
  return html`<g><rect class="hit" x="${fixed(x)}" y="0" width="${fixed(step)}" height="${HEIGHT}"/><title>${day}: ${total === 0 ? 'no restores' : words.join(', ')}</title>${parts}</g>
`;
}

const numbers = (rows: readonly { day: string; counts: readonly number[]; total: number }[]): Html =>
  html`<table><caption>Restores requested, by day (UTC), newest first; days without any are left out</caption>
<thead><tr><th scope="col">Day</th>${OUTCOMES.map(({ label }) => html`<th scope="col" class="r">${label}</th>`)}<th scope="col" class="r">All</th></tr></thead>
<tbody>
${rows
  .filter(({ total }) => total > 0)
  .toReversed()
  .map(
    ({ day, counts, total }) =>
      html`<tr><th scope="row"><a href="${jobsHref({ since: day, until: dayAfter(day) })}">${day}</a></th>${counts.map((n) => html`<td class="r">${number(n)}</td>`)}<td class="r">${number(total)}</td></tr>
`,
  )}</tbody></table>`;

const fixed = (n: number) => Math.round(n * 100) / 100;
const dayAfter = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const shortDay = (day = '') => `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''}`;

/** The next of 2, 4, 6, 10, 20, 40, 60, 100, ...: even, so that the line in the middle has a whole number. */
function roundUp(n: number): number {
  for (let unit = 1; ; unit *= 10) {
    const fit = [2, 4, 6, 10].find((step) => n <= step * unit);
    if (fit !== undefined) return fit * unit;
  }
}

/** `1,234 restores: 1,200 completed, 34 failed.` */
export function totalsText(byStatus: Partial<Record<Status, number>>): string {
  const counts = byOutcome(byStatus);
  const parts = OUTCOMES.flatMap(({ label }, i) => (counts[i] ? `${number(counts[i])} ${label.toLowerCase()}` : []));
  const total = counts.reduce((sum, n) => sum + n, 0);
  return `${counted(total, 'restore')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`;
}
