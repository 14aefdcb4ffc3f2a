// functions/report/formats/csv.ts: the report for spreadsheets: a row for the verdict, each gap, each fact of a control, each cluster and each restore.
import { stripVTControlCharacters } from 'node:util';
import { csvLine } from '../../views/csv/csv-line.ts';
import { JOB_COLUMNS, jobCells } from '../../views/csv/job-csv.ts';
import type { ClusterEvidence, EvidenceHead, ProjectHead, Report } from '../model/report.ts';
import { Spool } from '../spool/spool.ts';

/** Columns of a job that the report doesn't have. */
const LEFT_OUT = [
  ...[
    'sourceStatus',
    'snapshotRetired',
    'firstSeenAt',
    'observedAt',
    'revision',
    'changedAt',
    'projectId',
    'deliveryUrlCount',
  ],
  ...['projectName', 'clusterName', 'clusterId', 'annotationCount'],
];
const RESTORE_COLUMNS = JOB_COLUMNS.filter((name) => !LEFT_OUT.includes(name));

/** `record` says what a row is about, `state` how that stands, in the words of the other formats. */
export const EVIDENCE_COLUMNS = [
  ...['record', 'state', 'text', 'projectId', 'projectName', 'clusterName', 'clusterId'],
  ...['coveredTo', 'drillState', 'drillDueAt', 'drillMissed', 'drillNotKnown', 'restores', 'targetProjectName'],
  ...RESTORE_COLUMNS,
];
type Cells = Readonly<Record<string, unknown>>;

/** Excel takes a text for UTF-8 by it. */
const BYTE_ORDER_MARK = '\ufeff';

export class CsvReport implements Report {
  readonly #rows = new Spool();
  #project: Pick<ProjectHead, 'projectId' | 'projectName'> | undefined;

  async project({ projectId, projectName }: ProjectHead) {
    this.#project = { projectId, projectName };
  }

  async cluster({ clusterName, clusterId, proof, drill, restores }: ClusterEvidence) {
    const named = { ...this.#project, clusterName, clusterId };
    const { state, coveredTo, gaps } = proof;
    const text = gaps.map((gap) => gap.text).join(' ');
    const drilled = {
      ...{ drillState: drill.state, drillDueAt: drill.dueAt },
      ...{ drillMissed: intervals(drill.missed), drillNotKnown: intervals(drill.notKnown) },
    };
    const cells = { record: 'cluster', state, text, ...named, coveredTo, ...drilled, restores: restores.length };
    await this.#rows.write(rowOf(cells));
    for (const restore of restores) {
      const job = jobCells({ ...named, ...restore });
      await this.#rows.write(rowOf({ ...job, record: 'restore', state: restore.status }));
    }
  }

  async *parts(head: EvidenceHead): AsyncGenerator<string> {
    const { verdict, numbers, gaps, frameworks = [], limits } = head;
    yield BYTE_ORDER_MARK + csvLine(EVIDENCE_COLUMNS);
    yield rowOf({ record: 'report', state: verdict.state, text: verdict.text, restores: numbers.restores });
    for (const { reason, text, projectId, projectName, clusterName } of gaps)
      yield rowOf({ record: 'gap', state: reason, text, projectId, projectName, clusterName });
    for (const text of limits) yield rowOf({ record: 'limit', text });
    for (const { name, controls } of frameworks) {
      for (const { id, facts, beyond } of controls) {
        for (const { fact, state, text } of facts)
          yield rowOf({ record: 'control', state, text: `${name} ${id}, ${fact}: ${text}` });
        yield rowOf({ record: 'control', state: 'not shown', text: `${name} ${id}: ${beyond}` });
      }
    }
    yield* this.#rows.read();
  }

  [Symbol.asyncDispose]() {
    return this.#rows[Symbol.asyncDispose]();
  }
}

const rowOf = (cells: Cells) => csvLine(EVIDENCE_COLUMNS.map((name) => shown(cells[name])));

/** As ISO 8601 writes them, with semicolons between several. */
const intervals = (some: readonly { from: string; until: string }[] = []) =>
  some.map(({ from, until }) => `${from}/${until}`).join('; ');

/** A terminal may show it, too. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}]+/gu;
const shown = (value: unknown) =>
  typeof value === 'string' ? stripVTControlCharacters(value).replace(UNSAFE, ' ') : value;
