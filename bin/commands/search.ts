// bin/commands/search.ts: what a text is the id or the name of.
import { Command } from 'commander';
import { onlyHit, type SearchHit, type SearchResult } from '../../functions/api/query/search.ts';
import { utc } from '../../functions/views/text.ts';
import { addSourceOptions, openToRead, type SourceFlags } from '../options/ledger-source.ts';
import { type RowFlags, rowChoice, withRows } from '../options/rows.ts';
import { type RulesFlags, withObjectives } from '../options/rules.ts';
import type { RowShape } from '../output/formats.ts';
import { showWholeJob } from '../output/job/whole-job.ts';
import { type RowChoice, showRows } from '../output/rows.ts';
import { type Column, writeTable } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { EXIT, UsageError } from '../process/exit-codes.ts';
import { exitCodes } from '../process/help-text.ts';
import type { ReadableLedger, WholeJob } from '../remote/ledger-port.ts';

interface SearchFlags extends SourceFlags, RowFlags, RulesFlags {}

const CODES = exitCodes({
  0: 'something was found',
  1: 'nothing was found, or the ledger or the API could not be read',
  2: 'wrong usage',
  3: 'nothing was found in what could be searched',
});

const HELP = `
Searches the ids of restores, snapshots and projects, the names of projects, clusters and requesters (or parts of them), and tickets.
Requesters and tickets are searched in the newest 2,000 restores, snapshots in the newest 10,000; if there are more, it says so. If the
only hit is one restore, it is shown as by restore-ledger job; formats other than the table always list hits.

${CODES}

Examples:
  $ restore-ledger search ada@example.com
  $ restore-ledger search OPS-1042 --json`;

const HIT_COLUMNS = ['kind', 'value', 'name', 'jobs', 'filter', 'page'];
const HIT_ROWS: RowShape<SearchHit> = { document: (hit) => hit, columns: HIT_COLUMNS, cells: (hit) => hit };

/** The command that shows it. */
function commandOf({ kind, value, filter = {} }: SearchHit): string {
  if (kind === 'job') return `job ${value}`;
  const flags = Object.entries({ project: filter.projectId, cluster: filter.clusterName, ...filter })
    .filter(([name, text]) => text !== undefined && name !== 'projectId' && name !== 'clusterName')
    .map(([name, text]) => `--${name === 'snapshotId' ? 'snapshot-id' : name} ${quoted(String(text))}`);
  return `jobs ${flags.join(' ')}`;
}

/** For a shell. */
const quoted = (text: string) => (/^[\w@.+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const SHOWN_BY: Column<SearchHit> = { title: 'shown by: restore-ledger', cell: commandOf };
const COLUMNS: Column<SearchHit>[] = [
  { title: 'what', cell: ({ kind }) => kind },
  { title: 'name', cell: ({ value, name }) => (name === undefined ? value : `${value} (${name})`), least: 12 },
  { title: 'restores', cell: ({ jobs }) => (jobs === undefined ? '' : String(jobs)), align: 'right' },
  SHOWN_BY,
];

export function searchCommand(context: Context): Command {
  const command = new Command('search')
    .description('find a restore, snapshot, project, cluster, person or ticket by its id or name')
    .argument('<text>', 'an id, a name or a part of one')
    .addHelpText('after', HELP);
  return withObjectives(addSourceOptions(withRows(command, HIT_COLUMNS))).action((text: string, flags: SearchFlags) =>
    showHits(text, flags, context),
  );
}

async function showHits(text: string, flags: SearchFlags, context: Context) {
  if (text.trim() === '' || text.length > 200) throw new UsageError('TEXT: expected 1 to 200 characters');
  const choice = await rowChoice(flags);
  await using opened = await openToRead(flags, context);
  const { hits, ...result } = await opened.ledger.search(text);
  const nothing = result.complete ? EXIT.failed : EXIT.incomplete;
  context.end(hits.length > 0 ? EXIT.ok : nothing);
  const job = isForPeople(choice) ? await onlyJob({ hits, ...result }, opened.ledger) : undefined;
  if (job) return await showWholeJob(job, opened.ledger, choice, context);
  await showRows({ rows: hits }, choice, HIT_ROWS, context, async (shown) => {
    if (shown.length === 0)
      return await context.out.line(`Nothing found${result.complete ? '' : ' in what was searched'}.`);
    // A command that is cut can't be pasted.
    const line = (hit: SearchHit) => `restore-ledger ${commandOf(hit)}`;
    await writeTable(COLUMNS, shown, context.out, { folded: [SHOWN_BY], line });
  });
  if (!result.complete) await context.err.line(whatIsLeft(result));
}

const isForPeople = (choice: RowChoice) =>
  choice.query === undefined && (choice.format ?? 'table') === 'table' && !choice.columns && !choice.sort;

/** Where the only hit is one restore, or what one restore alone has: as the page goes straight to it. */
async function onlyJob(result: SearchResult, ledger: ReadableLedger): Promise<WholeJob | undefined> {
  const hit = onlyHit(result);
  if (hit?.kind === 'job') return ledger.job(hit.value);
  if (hit?.jobs !== 1 || !hit.filter) return undefined;
  const { items, cursor } = await ledger.jobs(new URLSearchParams(Object.entries(hit.filter)))({ limit: 2 });
  const [job] = items;
  return job && items.length === 1 && cursor === undefined ? ledger.job(job.jobId) : undefined;
}

const whatIsLeft = ({ searchedFrom }: Pick<SearchResult, 'searchedFrom'>) =>
  searchedFrom === undefined
    ? 'There may be more: not all projects were searched, or not all hits are shown.'
    : `There may be more: requesters, tickets and snapshots were searched in restores requested since ${utc(searchedFrom)} UTC. For older ones, see jobs --help.`;
