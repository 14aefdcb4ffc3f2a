// functions/views/html/pictures/coverage-map.ts: which days of each cluster are proven, as a row of cells with its holes in plain sight.
import { html } from 'hono/html';
import {
  CELL_STATES,
  type CellState,
  type CoverageCell,
  type CoverageLine,
  cellCounts,
  cellRuns,
} from '../../pictures/coverage-cells.ts';
import { spanEnds, spanLabel, spanName, type Unit } from '../../pictures/spans.ts';
import { counted, number } from '../../text.ts';
import { type Html, name, visible } from '../text.ts';
import { type Cell, type CellLook, cellTable } from './cells.ts';
import { ends } from './plot.ts';

const LOOK: Record<CellState, CellLook> = {
  hole: 'cross',
  before: 'stroke',
  'let-go': 'line',
  due: 'half',
  proven: 'full',
  none: 'bare',
  absent: 'dot',
};

const LABEL: Record<CellState, string> = {
  hole: 'Not proven: restores can’t be ruled out',
  before: 'Before the first reading: only what Atlas still listed',
  'let-go': 'Let go by the retention',
  due: 'Up to date, proven by the next full reading',
  proven: 'Proven: every restore is on record',
  none: 'Nothing to read',
  absent: 'Not there, or not yet',
};

const WORD: Record<CellState, string> = {
  hole: 'not proven',
  before: 'before the first reading',
  'let-go': 'let go',
  due: 'to be proven',
  proven: 'proven',
  none: 'with nothing to read',
  absent: 'not there',
};

/** Holes that the words of a row name; the picture has them all. */
const NAMED_HOLES = 3;

export interface CoverageMap {
  lines: readonly CoverageLine[];
  unit: Unit;
  caption: string;
  /** Of a row. @default the name of the cluster, or of the project */
  head?: (line: CoverageLine) => Html;
  /** To the restores of a cell, for a map of few rows: each cell is a link of its own. */
  cellHref?: (line: CoverageLine, cell: CoverageCell) => string;
  /** Of a row: where no cell has one of its own. */
  lineHref?: (line: CoverageLine) => string;
}

export function coverageMap({ lines, unit, caption, head = plainHead, cellHref, lineHref }: CoverageMap): Html {
  const present = new Set(lines.flatMap(({ cells }) => cells.map(({ state }) => state)));
  return cellTable({
    caption,
    headings: ['Cluster', `Coverage by ${unit}`, 'In words'],
    axis: ends(lines[0]?.cells ?? [], (cell) => spanLabel(cell, unit)),
    rows: lines.map((line) => ({ head: head(line), cells: cellsOf(line), words: wordsOf(line.cells, unit) })),
    legend: CELL_STATES.filter((state) => present.has(state)).map((state) => ({
      look: LOOK[state],
      label: LABEL[state],
    })),
  });

  function cellsOf(line: CoverageLine): Cell[] {
    if (cellHref) {
      return line.cells.map((cell) => ({
        ...{ look: LOOK[cell.state], length: 1, title: titleOf(cell, unit) },
        ...(cell.state === 'absent' ? {} : { href: cellHref(line, cell) }),
      }));
    }
    const href = lineHref?.(line);
    return cellRuns(line.cells).map((run) => ({
      ...{ look: LOOK[run.state], length: run.length, title: titleOf(run, unit) },
      ...(href === undefined ? {} : { href }),
    }));
  }
}

const plainHead = ({ projectName, clusterName }: CoverageLine) =>
  html`${clusterName === undefined ? 'List of clusters' : name(clusterName)}<span class="sub">${name(projectName)}</span>`;

/** Reasons are cut: the page of the cluster has them whole. */
function titleOf({ since, until, state, why }: CoverageCell, unit: Unit): string {
  const days = spanName({ since, until }, unit === 'month' ? 'month' : 'week');
  return `${days}: ${LABEL[state]}${why === undefined ? '' : `. ${visible(why).slice(0, 200)}`}`;
}

function wordsOf(cells: readonly CoverageCell[], unit: Unit): Html {
  const counts = cellCounts(cells);
  const holes = cellRuns(cells).filter(({ state }) => state === 'hole');
  const parts = CELL_STATES.filter((state) => counts[state] > 0 && state !== 'absent' && state !== 'hole').map(
    (state) => `${number(counts[state])} ${WORD[state]}`,
  );
  const named = holes.slice(-NAMED_HOLES).toReversed();
  const more = holes.length - named.length;
  return html`${holes.length === 0 ? '' : html`<strong class="bad">${counted(counts.hole, unit)} not proven</strong>: ${named.map((hole, i) => html`${i > 0 ? ', ' : ''}${daysOf(hole, unit)}`)}${more > 0 ? ` and ${number(more)} more` : ''}${parts.length > 0 ? html`<br>` : ''}`}${parts.join(', ') || (holes.length > 0 ? '' : 'not there')}`;
}

/** Dates that don't break. */
const daysOf = (hole: CoverageCell, unit: Unit) =>
  spanEnds(hole, unit === 'month' ? 'month' : 'week').map(
    (date, i) => html`${i > 0 ? ' to ' : ''}<time datetime="${date}">${date}</time>`,
  );
