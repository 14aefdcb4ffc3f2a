// functions/views/html/badge.ts: what states look like: a word, a shape and a colour each, so that none is needed alone.
import { html, raw } from 'hono/html';
import type { Run } from '../../ledger/model/run.ts';
import type { Measure } from '../../restore/objectives/measure.ts';
import { span } from '../../restore/text.ts';
import type {
  CoverageState,
  Delivery,
  DrillState,
  ExpectedState,
  Kind,
  MeasureState,
  Severity,
  Status,
} from '../../schema/words.ts';
import { measureWords } from '../measures.ts';
import { DRILL_LABEL, STATES, type Tone } from '../state-labels.ts';
import { type Html, whole } from './text.ts';

export type Shape = 'check' | 'cross' | 'half' | 'ring' | 'down' | 'dash' | 'alert' | 'info' | 'urgent';

export interface Look {
  label: string;
  tone: Tone;
  shape: Shape;
}

const state = (label: string, tone: Tone, shape: Shape): Look => ({ label, tone, shape });

export const STATUS_LOOK: Record<Status, Look> = {
  PENDING: state('Pending', 'now', 'ring'),
  RUNNING: state('Running', 'now', 'half'),
  READY: state('Ready', 'wait', 'down'),
  COMPLETED: state('Completed', 'ok', 'check'),
  FAILED: state('Failed', 'bad', 'cross'),
  CANCELLED: state('Cancelled', 'off', 'dash'),
  EXPIRED: state('Expired', 'off', 'dash'),
  UNKNOWN: state('Unknown', 'wait', 'alert'),
};

const STATE_SHAPE: Partial<Record<CoverageState, Shape>> = {
  failing: 'cross',
  'not-visible': 'alert',
  never: 'ring',
  stale: 'alert',
  late: 'alert',
  read: 'check',
};

export const RUN_LOOK: Record<Run['status'], Look> = {
  running: state('Running', 'now', 'half'),
  complete: state('Complete', 'ok', 'check'),
  incomplete: state('Incomplete', 'wait', 'alert'),
  failed: state('Failed', 'bad', 'cross'),
};

const DRILL_LOOK: Record<DrillState, Omit<Look, 'label'>> = {
  proven: { tone: 'ok', shape: 'check' },
  met: { tone: 'ok', shape: 'check' },
  'not-proven': { tone: 'wait', shape: 'half' },
  due: { tone: 'now', shape: 'ring' },
  overdue: { tone: 'wait', shape: 'alert' },
  'not-covered': { tone: 'wait', shape: 'ring' },
  'tags-not-known': { tone: 'wait', shape: 'ring' },
  paused: { tone: 'off', shape: 'dash' },
  'backups-off': { tone: 'bad', shape: 'cross' },
  none: { tone: 'off', shape: 'dash' },
};

const EXPECTED_LOOK: Record<ExpectedState, Look> = {
  expected: state('Expected', 'now', 'ring'),
  came: state('Came', 'ok', 'check'),
  missed: state('Missed', 'bad', 'cross'),
  'not known': state('Not known', 'wait', 'alert'),
  withdrawn: state('Withdrawn', 'off', 'dash'),
};
export const expectedLook = (state: ExpectedState) => EXPECTED_LOOK[state];

const SEVERITY_LOOK: Record<Severity, Look> = {
  info: state('Info', 'now', 'info'),
  warning: state('Warning', 'wait', 'alert'),
  critical: state('Critical', 'bad', 'urgent'),
};
/** A severity of a later version looks like `info`. */
export const severityLook = (severity: Severity) => SEVERITY_LOOK[severity] ?? SEVERITY_LOOK.info;

export const KIND_LABEL: Record<Kind, string> = {
  dedicated: 'Dedicated',
  flex: 'Flex',
  serverless: 'Serverless',
  collection: 'Collection',
};

export const DELIVERY_LABEL: Record<Delivery, string> = {
  automated: 'Automated',
  download: 'Download',
  pointInTime: 'Point in time',
  unknown: 'Unknown',
};

export const mark = (label: string | Html, tone: Tone, shape: Shape) =>
  html`<span class="mark ${tone}"><svg class="i" aria-hidden="true"><use href="#${shape}"/></svg>${label}</span>`;

export const lookMark = ({ label, tone, shape }: Look) => mark(label, tone, shape);
/** A status that a later version of the ledger wrote is shown as it is. */
export const statusMark = (status: Status) => lookMark(STATUS_LOOK[status] ?? state(String(status), 'off', 'ring'));
export const stateMark = (state: CoverageState) => lookMark({ ...STATES[state], shape: STATE_SHAPE[state] ?? 'dash' });
export const drillMark = ({ state }: { state: DrillState }) =>
  lookMark({ label: DRILL_LABEL[state], ...DRILL_LOOK[state] });

const MEASURE_LOOK: Record<MeasureState, Look> = {
  met: { label: 'Met', tone: 'ok', shape: 'check' },
  missed: { label: 'Missed', tone: 'bad', shape: 'cross' },
  'not known': { label: 'Not known', tone: 'wait', shape: 'ring' },
};
/** With what was measured, and what is allowed. */
export const measureMark = (measure: Measure) => markedMeasure(measure, measureWords(measure));

/** Beside what was measured, if that is `seconds`. */
export const measureBeside = (measure: Measure, seconds: number | undefined) =>
  markedMeasure(measure, measure.seconds === seconds ? `of ${span(measure.objectiveSeconds)}` : measureWords(measure));

const markedMeasure = ({ state }: Measure, words: string) =>
  html`${lookMark(MEASURE_LOOK[state])}<span class="sub">${whole(words)}</span>`;

/** Four of them, of which the first `full` are. */
const bars = (full: number) =>
  [4, 8, 12, 16].map((height, i) => {
    const bar = `<rect x="${i * 4.2}" y="${16 - height}" width="3.4" height="${height}" rx=".8"`;
    return `${bar}${i < full ? '' : ' opacity=".3"'}/>`;
  });

/** The shapes, once a page. */
export const SHAPES = raw(
  `<svg class="shapes" width="0" height="0" aria-hidden="true">${Object.entries({
    check: '<circle cx="8" cy="8" r="8"/><path class="cut" d="m4.5 8.3 2.5 2.5 4.5-5"/>',
    cross: '<path d="M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7z"/><path class="cut" d="m5 5 6 6m0-6-6 6"/>',
    half: '<path d="M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0m0 2v12A6 6 0 0 1 8 2"/>',
    ring: '<path d="M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0m0 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2"/>',
    down: '<rect width="16" height="16" rx="3"/><path class="cut" d="M8 3.5v8m-3.3-3 3.3 3.3 3.3-3.3"/>',
    dash: '<circle cx="8" cy="8" r="8"/><path class="cut" d="M4.5 8h7"/>',
    alert: '<path d="M8 .8 16 15H0z"/><path class="cut" d="M8 6v4m0 2v.6"/>',
    info: '<circle cx="8" cy="8" r="8"/><path class="cut" d="M8 7.3v4.2m0-7.2v.3"/>',
    urgent: '<path d="M8 0 16 8 8 16 0 8z"/><path class="cut" d="M8 4.2v4.6m0 2.4v.3"/>',
    copy: '<path d="M6 5.5V2h8v8h-3.5M2 6h8v8H2z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>',
    bars1: bars(1).join(''),
    bars2: bars(2).join(''),
    bars3: bars(3).join(''),
    bars4: bars(4).join(''),
  } satisfies Record<Shape | 'copy' | `bars${1 | 2 | 3 | 4}`, string>)
    .map(([id, body]) => `<symbol id="${id}" viewBox="0 0 16 16">${body}</symbol>`)
    .join('')}</svg>`,
);
