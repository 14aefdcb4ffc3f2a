// functions/report/html/pictures.ts: the report in pictures: days and holes of each cluster, its drills by month, restores over time, where
// data went, and how long restores took.
import { html } from 'hono/html';
import { addJob, type DayCounts, noDayCounts } from '../../ledger/model/day-counts.ts';
import { capitalized } from '../../platform/text.ts';
import { bars } from '../../views/html/pictures/bars.ts';
import { coverageMap } from '../../views/html/pictures/coverage-map.ts';
import { drillCalendar } from '../../views/html/pictures/drill-calendar.ts';
import { flowPicture } from '../../views/html/pictures/flow.ts';
import { strips } from '../../views/html/pictures/strips.ts';
import type { Html } from '../../views/html/text.ts';
import type { CoverageLine } from '../../views/pictures/coverage-cells.ts';
import type { DrillLine } from '../../views/pictures/drill-months.ts';
import { type ClusterDurations, clusterDurations, missedFirst } from '../../views/pictures/durations.ts';
import { FlowTally } from '../../views/pictures/flows.ts';
import { overTime } from '../../views/pictures/over-time.ts';
import { spansOf, unitOf } from '../../views/pictures/spans.ts';
import { counted, number } from '../../views/text.ts';
import type { ClusterEvidence, EvidenceHead, ProjectHead } from '../model/report.ts';

/** Rows of a picture: first of clusters with holes, then of others. */
const MAX_ROWS = 100;
/** Clusters whose durations are kept. */
const MAX_DURATIONS = 40;

const LOOKS: Record<string, readonly [label: string, look: string]> = {
  completed: ['Completed', 'fill-ok'],
  open: ['Open', 'fill-now'],
  off: ['Cancelled, expired or unknown', 'fill-off'],
  failed: ['Failed', 'fill-bad'],
};

/** Memory: some KB for each of the clusters shown, a count for each day, and one for each pair of projects. */
export class ReportPictures {
  #lines: CoverageLine[] = [];
  #clusters = 0;
  #months: DrillLine[] = [];
  #durations: ClusterDurations[] = [];
  readonly #days = new Map<string, DayCounts>();
  readonly #flows = new FlowTally();
  readonly #names = new Map<string, string>();

  add({ projectId, projectName }: ProjectHead, cluster: ClusterEvidence): void {
    const { clusterName, coverage, drillMonths, restores, recovery } = cluster;
    const named = { projectId, projectName, clusterName };
    if (coverage) {
      this.#clusters += 1;
      this.#lines.push({ ...named, cells: coverage });
      if (this.#lines.length > 2 * MAX_ROWS) this.#lines = holesFirst(this.#lines);
    }
    if (drillMonths?.some(({ state }) => state !== 'absent' && state !== 'none')) {
      this.#months.push({ ...named, months: drillMonths });
      if (this.#months.length > 2 * MAX_ROWS) this.#months = leastRestoredFirst(this.#months);
    }
    const jobs = restores.map((restore) => ({ ...restore, ...named }));
    this.#names.set(projectId, projectName);
    for (const job of jobs) {
      const day = job.requestedAt.slice(0, 10);
      const counts = this.#days.get(day) ?? noDayCounts();
      // How long each took is not counted here: there may be millions.
      const { durationSeconds: _, ...timeless } = job;
      addJob(counts, timeless);
      this.#days.set(day, counts);
      if (job.targetProjectId !== undefined && job.targetProjectName !== undefined)
        this.#names.set(job.targetProjectId, job.targetProjectName);
      this.#flows.add(job, this.#names);
    }
    const { objective } = recovery;
    const of = () => objective && { ...objective, text: objective.line, fits: () => true };
    this.#durations.push(...clusterDurations(jobs, { lines: [], of }));
    if (this.#durations.length > MAX_DURATIONS)
      this.#durations = this.#durations.sort(missedFirst).slice(0, MAX_DURATIONS / 2);
  }

  section({ period, gaps, numbers }: EvidenceHead): Html {
    const unit = unitOf(period);
    const lines = holesFirst(this.#lines).map((line) => ({ ...line, cells: whole(line, spansOf(period, unit)) }));
    const months = leastRestoredFirst(this.#months);
    const ofAll = gaps.some(({ clusterName, reason }) => clusterName === undefined && reason !== 'full-reading-due');
    const over = overTime(period, this.#days, 'outcome', unit);
    const beyond = this.#clusters - lines.length;
    return html`<section class="long" aria-labelledby="pictures"><h2 id="pictures">In pictures</h2>
${
  lines.length === 0
    ? html`<p class="soft">No coverage is kept of a cluster of the period.</p>`
    : html`<h3>Is every restore on record?</h3>
<p class="soft small">${capitalized(unit)} by ${unit}, UTC; clusters with holes first.${ofAll ? ' Gaps that are about a project or all of them are listed above, and hold for each of these too.' : ''}</p>
${coverageMap({ lines, unit, caption: 'Which times are proven to have every restore on record, and holes' })}
${beyond > 0 ? html`<p class="soft small">And ${number(beyond)} more clusters, whose coverage is in the list of clusters.</p>` : ''}`
}
${
  months.length === 0
    ? ''
    : html`<h3>Were the backups restored?</h3><p class="soft small">Whole restores by the month of their request, UTC; clusters without one first.</p>
${drillCalendar({ lines: months, caption: 'Months in which the whole backup of each cluster was restored' })}
${this.#clusters > months.length && months.length === MAX_ROWS ? html`<p class="soft small">The first ${number(MAX_ROWS)} clusters.</p>` : ''}`
}
${
  numbers.restores === 0
    ? ''
    : html`<h3>Restores over time</h3>
${bars(over, { label: (value) => LOOKS[value]?.[0] ?? value, look: (value) => LOOKS[value]?.[1] ?? 'fill-off', says: `${counted(numbers.restores, 'restore')}.` })}
<h3>Where the data went</h3>
${flowPicture({ flows: this.#flows.flows })}
${this.#durations.length === 0 ? '' : html`<h3>How long restores took</h3>${strips({ clusters: this.#durations.sort(missedFirst) })}`}`
}</section>
`;
  }
}

const holes = ({ cells }: CoverageLine) => cells.filter(({ state }) => state === 'hole').length;
const holesFirst = (lines: readonly CoverageLine[]) =>
  lines.toSorted((a, b) => Number(holes(b) > 0) - Number(holes(a) > 0)).slice(0, MAX_ROWS);

const restored = ({ months }: DrillLine) => months.filter(({ state }) => state === 'restored').length;
const leastRestoredFirst = (lines: readonly DrillLine[]) =>
  lines.toSorted((a, b) => restored(a) - restored(b)).slice(0, MAX_ROWS);

/** A cell for each span again: those alike were put together. */
const whole = ({ cells }: CoverageLine, spans: readonly { since: string; until: string }[]): CoverageLine['cells'] =>
  spans.flatMap((span) => {
    const cell = cells.find(({ since, until }) => span.since >= since && span.since < until);
    return cell ? [{ ...cell, ...span }] : [];
  });
