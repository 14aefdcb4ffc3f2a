// bin/commands/job.ts shows one restore job with its history.
import { Command } from 'commander';
import type { Change } from '../../functions/ledger/model/ledger.ts';
import { collectionsOf, namespaceWords } from '../../functions/restore/collections.ts';
import { destinationOf } from '../../functions/restore/destination.ts';
import { problemText } from '../../functions/restore/field-reader.ts';
import type { FieldProblem } from '../../functions/restore/job.ts';
import type { Requester } from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { destinationWords, effectWords, whyUnknown } from '../../functions/views/target.ts';
import { objectId } from '../options/flags.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { severityStyle } from '../output/event-lines.ts';
import { namesFor, type ProjectNames, styleOf } from '../output/job-table.ts';
import { shortRequester, wholeRequester } from '../output/requester-text.ts';
import type { Context } from '../process/context.ts';
import { span, utc } from '../process/duration.ts';
import { CommandError } from '../process/exit-codes.ts';
import { sanitize, sanitizeJson } from '../process/sanitize.ts';
import type { Paint } from '../process/terminal.ts';
import { type WholeJob, withoutFingerprint } from '../remote/ledger-port.ts';

/** Names shown of a restore of collections, which may have 200. */
const MAX_NAMESPACES = 20;

export function jobCommand(context: Context): Command {
  const command = new Command('job')
    .description('show one restore job with its history')
    .argument('<id>', 'of the job: 24 hex digits', (text: string) => objectId('ID', 'a job id', text))
    .option('--json', 'everything that the ledger holds of it, as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ restore-ledger job 65a1b2c3d4e5f60718293a4b
  $ restore-ledger job 65a1b2c3d4e5f60718293a4b --json | jq .changes`,
    );
  return addSourceOptions(command).action((id: string, flags: SourceFlags & { json?: true }) =>
    showJob(id, flags, context),
  );
}

async function showJob(id: string, flags: SourceFlags & { json?: true }, context: Context) {
  const { out } = context;
  await using opened = await openToRead(flags, context);
  const job = await opened.ledger.job(id);
  if (!job) throw new CommandError(`no job ${id} is in the ledger: check the id, or run restore-ledger collect`);
  if (flags.json) return await out.line(sanitizeJson(withoutFingerprint(job)));
  const names = await namesFor([job], opened.ledger);
  const parts = [fieldsOf(job, names, out.paint), findingsOf(job, out.paint), historyOf(job, out.paint)];
  await out.line(parts.filter((part) => part !== '').join('\n\n'));
}

function fieldsOf(job: WholeJob, names: ProjectNames, paint: Paint): string {
  const { projectName, projectId, durationSeconds, deliveryUrlCount } = job;
  const at = (iso: string | undefined) => (iso === undefined ? undefined : `${utc(iso)} UTC`);
  const fields: Record<string, string | undefined> = {
    job: job.jobId,
    project: projectName === undefined ? projectId : `${projectName} (${projectId})`,
    cluster: job.clusterName,
    kind: job.kind,
    status: `${job.status}${job.sourceStatus === '' ? '' : ` (Atlas: ${job.sourceStatus})`}`,
    delivery: `${job.delivery}${deliveryUrlCount > 0 ? ` (${deliveryUrlCount} delivery URL${deliveryUrlCount > 1 ? 's' : ''}, never kept)` : ''}`,
    target: targetField(job, names),
    collections: collectionsField(job),
    requested: at(job.requestedAt),
    'asked by': job.requester && wholeRequester(job.requester),
    finished: at(job.finishedAt),
    took: durationSeconds === undefined ? undefined : span(durationSeconds),
    expires: at(job.expiresAt),
    snapshot: job.snapshotId,
    'snapshot taken': at(job.snapshotAt),
    'point in time': at(job.pointInTime),
    error: job.errorMessage,
    'not understood': job.problems?.map(problemText).join('; '),
    'first seen': at(job.firstSeenAt),
    vanished: job.vanishedAt === undefined ? undefined : `${at(job.vanishedAt)}: Atlas no longer lists it`,
  };
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  const width = Math.max(...present.map(([name]) => name.length));
  return present
    .map(([name, value = '']) => {
      const text = sanitize(value);
      return `${paint('dim', name.padEnd(width))}  ${name === 'status' ? paint(styleOf(job.status), text) : text}`;
    })
    .join('\n');
}

function targetField(job: WholeJob, names: ProjectNames): string | undefined {
  const effect = effectWords(job, collectionsOf(job));
  const { place } = destinationOf(job);
  if (place === 'download') return undefined;
  const about = place === 'unknown' ? whyUnknown(job) : effect;
  return `${destinationWords(job, names)}: ${about}`;
}

function collectionsField(job: WholeJob): string | undefined {
  const restored = collectionsOf(job);
  if (!restored) return undefined;
  const { namespaces, complete } = restored;
  const shown = namespaces.slice(0, MAX_NAMESPACES).map((namespace) => namespaceWords(namespace));
  const left = namespaces.length - shown.length;
  const notes = [
    left > 0 && `and ${left} more: --json has them`,
    !complete && 'the ledger does not have all the names',
  ];
  return [shown.join(', '), ...notes.filter((note) => note !== false)].filter((part) => part !== '').join('; ');
}

function findingsOf({ findings = [] }: WholeJob, paint: Paint): string {
  if (findings.length === 0) return '';
  const width = Math.max(...findings.map(({ severity }) => severity.length));
  const lines = findings.map(({ at, severity, rule, why }) => {
    const mark = paint(severityStyle(severity), severity.padEnd(width));
    return `${paint('dim', utc(at))}  ${mark}  ${sanitize(`${rule}: ${why}`)}`;
  });
  return [paint('dim', 'findings (UTC)'), ...lines].join('\n');
}

function historyOf({ changes }: WholeJob, paint: Paint): string {
  const width = Math.max(...changes.map(({ status }) => status.length));
  const lines = changes.map((change) => {
    const status = paint(styleOf(change.status), change.status.padEnd(width));
    return `${paint('dim', utc(change.at))}  ${status}  ${sanitize(whatChanged(change))}`.trimEnd();
  });
  return [paint('dim', 'history (UTC)'), ...lines].join('\n');
}

/** The status has a column of its own, and what Atlas called it says the same again. */
function whatChanged({ revision, fields, atlas = [], repaired }: Change): string {
  const told = Object.entries(fields).flatMap(([name, { from, to }]) => {
    if (name === 'status') return [`was ${shown(from)}`];
    if (name === 'sourceStatus') return [];
    if (name === 'vanishedAt') return [to === undefined ? 'listed again' : 'no longer listed by Atlas'];
    if (name === 'requester') return [requesterChange(from, to)];
    if (name === 'findings') return [findingsChange(from, to)];
    if (name === 'problems') return [problemsChange(to)];
    return [from === undefined ? `${name} ${shown(to)}` : `${name} ${shown(from)} → ${shown(to)}`];
  });
  if (repaired) return ['changed by something else, and put back', ...told].join('; ');
  if (revision === 1) return ['first seen', ...told].join('; ');
  return told.length > 0 ? told.join('; ') : `in Atlas's answer: ${atlas.join(', ')}`;
}

function requesterChange(from: unknown, to: unknown): string {
  const [before, after] = [from, to].map((value) => shortRequester(value as Requester | undefined) || 'nobody');
  return from === undefined ? `asked by ${after}` : `asked by ${before} → ${after}`;
}

/** A history names findings by their rules. */
function findingsChange(from: unknown, to: unknown): string {
  const [before, after] = [rulesOf(from), rulesOf(to)];
  const added = after.filter((rule) => !before.includes(rule)).map((rule) => `+${rule}`);
  const gone = before.filter((rule) => !after.includes(rule)).map((rule) => `-${rule}`);
  return `findings ${[...added, ...gone].join(' ') || 'the same'}`;
}

const problemsChange = (to: unknown) =>
  Array.isArray(to)
    ? `not understood: ${(to as FieldProblem[]).map(({ field }) => field).join(', ')}`
    : 'all understood';

const rulesOf = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.map((finding: string | Finding) => (typeof finding === 'string' ? finding : finding.rule))
    : [];

const shown = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none'));
