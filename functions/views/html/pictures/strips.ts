// functions/views/html/pictures/strips.ts: how long the restores of each cluster took, beside what is allowed.
import { html } from 'hono/html';
import { shortSpan, span } from '../../../restore/text.ts';
import { type ClusterDurations, valuesOf } from '../../pictures/durations.ts';
import { number } from '../../text.ts';
import { type Html, name, whole } from '../text.ts';
import { usualWords } from './dots.ts';
import { fixed, linked, roundUpSeconds } from './plot.ts';

/** Rows that are shown. */
const MAX_ROWS = 20;
/** Dots of a row: the newest. */
const MAX_DOTS = 50;
const WIDTH = 600;

export interface Strips {
  clusters: readonly ClusterDurations[];
  /** To the cluster. */
  href?: (cluster: ClusterDurations) => string | undefined;
}

export function strips({ clusters, href }: Strips): Html {
  const measured = clusters.filter(({ usual, rto }) => usual.restores > 0 || rto.missed > 0);
  const shown = measured.slice(0, MAX_ROWS);
  const left = measured.length - shown.length;
  const greatest = shown.map(({ objective, usual }) => Math.max(objective?.rtoSeconds ?? 0, usual.max ?? 0));
  const top = roundUpSeconds(Math.max(1, ...greatest));
  return html`<ul class="legend" aria-hidden="true"><li><svg viewBox="0 0 8 8"><circle class="fill-ok" cx="4" cy="4" r="4"/></svg>A completed restore</li><li><svg viewBox="0 0 8 8"><circle class="fill-bad" cx="4" cy="4" r="4"/></svg>Over the objective</li><li><svg viewBox="0 0 8 8"><rect class="fill-text" x="3" width="2" height="8"/></svg>Objective</li></ul>
<table class="pictured sentences" role="table"><caption class="hidden">Durations of completed restores by cluster, those that missed an objective first</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Cluster</th><th role="columnheader" scope="col"><span class="hidden">Durations</span><span class="axis" aria-hidden="true"><span>0</span><span>${shortSpan(top / 2)}</span><span>${shortSpan(top)}</span></span></th><th role="columnheader" scope="col">In words</th></tr></thead>
<tbody role="rowgroup">${shown.map(row)}</tbody></table>${left > 0 ? html`<p class="soft small">And ${number(left)} more clusters: choose a project, or a shorter time.</p>` : ''}`;

  function row(cluster: ClusterDurations): Html {
    const { clusterName, projectName, objective, usual, rto } = cluster;
    const to = href?.(cluster);
    const shownName = name(clusterName);
    const limit = objective?.rtoSeconds;
    const judged =
      limit === undefined
        ? ''
        : ` Of ${span(limit)} allowed: ${number(rto.met)} met, ${number(rto.missed)} missed${rto['not known'] > 0 ? `, ${number(rto['not known'])} not known` : ''}.`;
    return html`<tr role="row"><th role="rowheader" scope="row">${to === undefined ? shownName : html`<a class="plainlink" href="${to}">${shownName}</a>`}<span class="sub">${name(projectName)}</span></th>
<td role="cell" class="drawn">${linkedStrip(cluster, to)}</td><td role="cell" class="words">${whole(usualWords(usual))}${judged === '' ? '' : html`<span class="sub${rto.missed > 0 ? ' bad' : ''}">${whole(judged)}</span>`}</td></tr>
`;
  }

  function linkedStrip({ restored, objective }: ClusterDurations, to: string | undefined): Html {
    const limit = objective?.rtoSeconds;
    const xOf = (seconds: number) => fixed((WIDTH * seconds) / top);
    const of = (look: string, values: readonly number[]) =>
      values.length === 0
        ? ''
        : html`<path class="dot ${look}" d="${values.map((seconds) => `M${xOf(seconds)} 5h.01`).join('')}"/>`;
    const values = valuesOf(restored, 'durationSeconds').slice(0, MAX_DOTS);
    const over = (seconds: number) => limit !== undefined && seconds > limit;
    return html`<svg class="strip" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true"><line x2="${WIDTH}" y1="5" y2="5"/>${linked(
      to,
      html`${of(
        'ok',
        values.filter((seconds) => !over(seconds)),
      )}${of('bad', values.filter(over))}`,
    )}${limit === undefined ? '' : html`<line class="level objective" x1="${xOf(limit)}" x2="${xOf(limit)}" y1="0" y2="10"/>`}</svg>`;
  }
}
