// functions/views/html/pictures/dots.ts: how long the restores of a cluster took, or how old their data was: a dot each, what is usual, and
// what is allowed.
import { html } from 'hono/html';
import { shortSpan, span } from '../../../restore/text.ts';
import { type Restored, type Side, type Usual, usualOf, valuesOf } from '../../pictures/durations.ts';
import { type Span, spanLabel, spanName, spansOf } from '../../pictures/spans.ts';
import { counted, number } from '../../text.ts';
import type { Html } from '../text.ts';
import { ends, fixed, HEIGHT, linked, plot, roundUpSeconds, WIDTH } from './plot.ts';

export interface Dots {
  /** Newest first. */
  restored: readonly Restored[];
  side: Side;
  period: Span;
  objectiveSeconds?: number | undefined;
  href?: (jobId: string) => string;
  /** To the restores of a month. */
  monthHref?: (month: Span) => string;
}

export function dots({ restored, side, period, objectiveSeconds, href, monthHref }: Dots): Html {
  const values = valuesOf(restored, side);
  const usual = usualOf(values);
  const top = roundUpSeconds(Math.max(...values, objectiveSeconds ?? 0, 1));
  const [start, end] = [Date.parse(period.since), Date.parse(period.until)];
  const xOf = (at: string) => (WIDTH * (Date.parse(at) - start)) / (end - start);
  const yOf = (seconds: number) => HEIGHT - (HEIGHT * seconds) / top;
  const months = spansOf(period, 'month').map((month) => {
    const ofMonth = restored.filter(({ requestedAt }) => requestedAt >= month.since && requestedAt < month.until);
    return { month, values: valuesOf(ofMonth, side) };
  });
  const isOver = (seconds: number) => objectiveSeconds !== undefined && seconds > objectiveSeconds;
  const legend = [
    { look: 'fill-ok', label: 'A completed restore' },
    ...(values.some(isOver) ? [{ look: 'fill-bad', label: 'Over the objective' }] : []),
    ...(usual.p50 === undefined ? [] : [{ look: 'fill-c1', label: 'Median of all, and of each month' }]),
    ...(usual.p95 === undefined ? [] : [{ look: 'fill-c2', label: '95th percentile' }]),
    ...(objectiveSeconds === undefined ? [] : [{ look: 'fill-text', label: 'Objective' }]),
  ];
  return plot({
    says: `${usualWords(usual)}${objectiveSeconds === undefined ? '' : ` The objective is ${span(objectiveSeconds)}.`}`,
    y: [shortSpan(top), shortSpan(top / 2), '0'],
    x: ends(spansOf(period, 'day'), (day) => spanLabel(day, 'day')),
    drawing: html`${level(usual.p95, 'p95')}${level(usual.p50, 'p50')}${level(objectiveSeconds, 'objective')}
${months.map(monthLine)}${restored.map(dot)}`,
    legend,
    about: `${side === 'durationSeconds' ? 'Durations' : 'Ages of the data'} by month`,
    table: html`<table><caption>By the month of the request, newest first</caption><thead><tr><th scope="col">Month</th>${['Restores', 'Median', '95th percentile', 'Greatest', ...(objectiveSeconds === undefined ? [] : ['Over the objective'])].map((title) => html`<th scope="col" class="r">${title}</th>`)}</tr></thead>
<tbody>${months
      .filter((each) => each.values.length > 0)
      .toReversed()
      .map(monthRow)}</tbody></table>`,
  });

  function level(seconds: number | undefined, look: string): Html | '' {
    if (seconds === undefined) return '';
    const y = fixed(yOf(seconds));
    return html`<line class="level ${look}" x2="${WIDTH}" y1="${y}" y2="${y}"/>`;
  }

  function monthLine({ month, values: ofMonth }: (typeof months)[number]): Html | '' {
    const { p50 } = usualOf(ofMonth);
    if (p50 === undefined) return '';
    const y = fixed(yOf(p50));
    return html`<line class="trend" x1="${fixed(xOf(month.since))}" x2="${fixed(xOf(month.until))}" y1="${y}" y2="${y}"/>`;
  }

  function dot(each: Restored): Html | '' {
    const seconds = each[side];
    if (seconds === undefined) return '';
    const [x, y] = [fixed(xOf(each.requestedAt)), fixed(yOf(seconds))];
    const title = `${each.requestedAt.slice(0, 10)}: ${span(seconds)}${isOver(seconds) ? ', over the objective' : ''}`;
    return linked(
      href?.(each.jobId),
      html`<title>${title}</title><path class="dot ${isOver(seconds) ? 'bad' : 'ok'}" d="M${x} ${y}h.01"/>`,
    );
  }

  function monthRow({ month, values: ofMonth }: (typeof months)[number]): Html {
    const { restores, p50, p95, max } = usualOf(ofMonth);
    const title = spanName(month, 'month');
    const few = html`<span class="soft">too few</span>`;
    return html`<tr><th scope="row">${monthHref ? html`<a href="${monthHref(month)}">${title}</a>` : title}</th><td class="r">${number(restores)}</td><td class="r">${p50 === undefined ? few : span(p50)}</td><td class="r">${p95 === undefined ? few : span(p95)}</td><td class="r">${span(max ?? 0)}</td>${objectiveSeconds === undefined ? '' : html`<td class="r">${number(ofMonth.filter(isOver).length)}</td>`}</tr>
`;
  }
}

/** Never a percentile without the number of restores it is of, nor one of too few. */
export function usualWords({ restores, p50, p95, max }: Usual): string {
  if (max === undefined) return 'No completed restore to measure.';
  const of = counted(restores, 'completed restore');
  if (p50 === undefined) return `${of}, too few for a median; at most ${span(max)}.`;
  const beyond =
    p95 === undefined ? `too few for a 95th percentile; at most ${span(max)}` : `95th percentile ${span(p95)}`;
  return `Of ${of}: median ${span(p50)}, ${beyond}.`;
}
