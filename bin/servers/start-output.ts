// bin/servers/start-output.ts: what `npm start` prints of the ledger: the first collection, the newest jobs, then each change.
import type { JobStateChange, LedgerEvent } from '../../functions/events/model/event.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { span } from '../../functions/restore/text.ts';
import { deliveryWords } from '../../functions/views/target.ts';
import { type Collected, failureLine } from '../actions/collect.ts';
import { besideSeverity, isNoteworthy, severityStyle } from '../output/event-lines.ts';
import { jobColumns, namesFor, type ProjectNames, styleOf } from '../output/job-table.ts';
import { shortRequester } from '../output/requester-text.ts';
import { displayWidth, writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { utcClock } from '../process/duration.ts';
import { sanitize } from '../process/sanitize.ts';
import type { Paint } from '../process/terminal.ts';
import { knownNames } from '../remote/ledger-port.ts';

const NEWEST = 15;
/** What a terminal of the usual width shows unbroken, in characters. */
const WIDTH = 120;
const MAX_NOTEWORTHY = 10;

export function firstCollection({ projects, counts, failures, seconds }: Collected, paint: Paint): string {
  const { clusters, jobsSeen, jobsNew, atlasRequests } = counts;
  const summary = `${jobsSeen} restore jobs of ${clusters} clusters in ${projects} projects, ${jobsNew} new; ${atlasRequests} Atlas requests in ${seconds.toFixed(1)} s`;
  return [
    `${paint('bold', 'First collection')}   ${summary}`,
    ...failures.map((failure) => `  ${paint('red', failureLine(failure))}`),
  ].join('\n');
}

/** @param pageUrl as long as it answers */
export async function showNoteworthy(events: readonly LedgerEvent[], pageUrl: string | undefined, { out }: Context) {
  const noteworthy = events.filter(isNoteworthy);
  if (noteworthy.length === 0) return;
  await out.line(`\n${out.paint('bold', 'Findings of the last 24 hours')} (older restores emit no events)\n`);
  for (const event of noteworthy.slice(0, MAX_NOTEWORTHY)) await out.line(shortLine(event, out.paint));
  const more = noteworthy.slice(MAX_NOTEWORTHY);
  if (more.length === 0) return;
  const rule = more
    .map((event) => (event['detail-type'] === 'Restore Finding' ? event.detail.finding.rule : ''))
    .find(Boolean);
  const how =
    pageUrl === undefined || !rule ? '' : `, such as: bin/restore-ledger jobs --finding ${rule} --api ${pageUrl}`;
  await out.line(out.paint('dim', `and ${more.length} more${how}`));
}

/** `warning   Payments/Cluster0: download: The data ...`, cut to the width of a terminal. */
function shortLine(event: LedgerEvent, paint: Paint): string {
  const { severity } = event.detail;
  const [what = ''] = besideSeverity(event).split('\n');
  const line = sanitize(`${severity.padEnd(8)}  ${what}`);
  return paint(severityStyle(severity), line.length <= WIDTH - 10 ? line : `${line.slice(0, WIDTH - 11)}…`);
}

export async function showJobs(ledger: Ledger, { out }: Context) {
  const { items } = await ledger.jobs({ limit: NEWEST });
  const {
    id: _,
    kind: __,
    ...columns
  } = jobColumns(await namesFor(items, { projectNames: (ids) => knownNames(ledger, ids) }));
  await out.line(`\n${out.paint('bold', `The newest ${items.length} restore jobs`)}\n`);
  const { paint, line } = out;
  await writeTable(Object.values(columns), items, { width: Math.min(out.width, WIDTH), paint, line });
}

/** Prints every change of a job, and what is noteworthy. */
export async function changePrinter(ledger: Ledger, { out }: Context) {
  const names = new Map<string, string>();
  for await (const project of ledger.coverages()) names.set(project.projectId, project.projectName);
  return (event: LedgerEvent) => {
    if (event['detail-type'] === 'Restore Job State Change') void out.line(changeLine(event.detail, names, out.paint));
    else if (isNoteworthy(event)) {
      void out.line(`${out.paint('dim', utcClock(Date.now()))}  ${shortLine(event, out.paint)}`);
    }
  };
}

/** `20:47:03  Payments Production/Cluster0  dedicated  RUNNING → COMPLETED  automated to itself, took 8s` */
function changeLine({ job, revision, oldStatus, change }: JobStateChange, names: ProjectNames, paint: Paint): string {
  const isMove = oldStatus !== undefined && oldStatus !== job.status;
  const status = paint(styleOf(job.status), job.status.padEnd(9));
  const was = revision === 1 ? 'new' : isMove ? oldStatus : undefined;
  const place = sanitize(`${job.projectName ?? job.projectId}/${job.clusterName}`);
  return [
    paint('dim', utcClock(Date.now())),
    place.padEnd(32 - displayWidth(place) + place.length),
    job.kind.padEnd(10),
    was === undefined ? `${status}${' '.repeat(12)}` : `${was.padStart(9)} → ${status}`,
    sanitize(aboutOf(job, change, names)),
  ].join('  ');
}

function aboutOf(job: JobStateChange['job'], { fields }: JobStateChange['change'], names: ProjectNames): string {
  if (fields.requester && !fields.status) return `requested by ${shortRequester(job.requester)}`;
  const took = job.durationSeconds === undefined ? '' : `, took ${span(job.durationSeconds)}`;
  return `${deliveryWords(job, names)}${took}`;
}
