// bin/commands/expected/expect.ts: a restore announced before it is requested.

import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { AnnotationProblem } from '../../../functions/ledger/annotations/patch.ts';
import type { ExpectedRequest } from '../../../functions/ledger/announcing/request.ts';
import { defined } from '../../../functions/platform/defined.ts';
import { clusterKnowledge } from '../../../functions/proof/known-cluster.ts';
import { LIMITS } from '../../../functions/schema/annotation-limits.ts';
import { PURPOSES } from '../../../functions/schema/words.ts';
import {
  type AnnouncedRow,
  EXPECTED_COLUMNS,
  expectedCells,
  expectedRows,
  expectedWords,
} from '../../../functions/views/expected.ts';
import { utc } from '../../../functions/views/text.ts';
import { clusterName, comingTime, sentence, wholeNumber } from '../../options/flags.ts';
import { addSourceOptions, ledgerOf, resolveSource, type SourceFlags } from '../../options/ledger-source.ts';
import { openLedger, type Target } from '../../options/ledger-target.ts';
import { project, projectIdOf, projectsOf } from '../../options/projects.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { CommandError, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { sanitize } from '../../process/sanitize.ts';
import { MAX_NAME, whoAmI } from '../../process/who-am-i.ts';
import { type ReadableLedger, readable } from '../../remote/ledger-port.ts';

interface ExpectFlags extends SourceFlags, DocumentFlags {
  project?: string;
  cluster?: string;
  targetProject?: string;
  target?: string;
  requester?: string;
  from?: string;
  until?: string;
  restores?: number;
  purpose?: string;
  ticket?: string;
  key?: string;
  by?: string;
  allowUnknown?: true;
}

const CODES = exitCodes({
  0: 'done, or announced already with the same --key',
  1: 'the project is not in the ledger, has too many announcements, or the ledger could not be read or written',
  2: 'wrong usage',
});

const HELP = `
A restore matches an announcement if it is of this cluster, goes to this target (without --target, it is a download), and is requested in
time, and if it is not certain that somebody other than --requester requested it. Its history then has the purpose and the ticket. An
announcement is for one restore, or for as many as --restores says; a restore takes the announcement that fits best. One that is made
after the request does not count. A cluster that the ledger has never seen is refused, as it may be a typing error, unless --allow-unknown
is given; where the lists of clusters are too old to tell, it says so. The rule "announcements" sets which clusters need them, as in
'{"announcements": ["prod-*/*"]}'.

${CODES}

Examples:
  $ restore-ledger expect --project payments --cluster orders --target orders-drill --until 4h --purpose drill --ticket OPS-4711
  $ restore-ledger expect --project payments --cluster orders --until 2026-12-01T18:00 --requester ada@example.com`;

export function expectCommand(context: Context): Command {
  const command = new Command('expect')
    .description('announce a restore before it is requested')
    .addOption(project('--project <id|name>', 'of the cluster whose backup is restored; needed'))
    .addOption(clusterName('--cluster <name>', 'whose backup is restored; needed'))
    .addOption(clusterName('--target <name>', 'cluster that it is restored to (default: it is a download)'))
    .addOption(project('--target-project <id|name>', 'of the target (default: the same project)'))
    .addOption(
      sentence(
        '--requester <name>',
        'who is to request it: user name, public key or id (default: anybody)',
        LIMITS.requester,
      ),
    )
    .addOption(comingTime('--from <time>', 'requested from then on (default: now)'))
    .addOption(comingTime('--until <time>', 'and before: a time, or how far it is ahead, such as 4h; needed'))
    .addOption(wholeNumber('--restores <n>', 'how many (default: 1)', 1, LIMITS.restores))
    .option('--purpose <text>', `what for: ${PURPOSES.join(', ')}, or another text`)
    .option('--ticket <id>', 'where it was asked for or planned')
    .addOption(sentence('--key <text>', 'a repeat with the same one and the same --until announces nothing more', 255))
    .addOption(sentence('--by <name>', 'who announces it, not with --api (default: your user name and host)', MAX_NAME))
    .option('--allow-unknown', 'also of a cluster that the ledger has never seen, such as one that is to be made')
    .addHelpText('after', HELP);
  return addSourceOptions(withDocument(command, 'the announcement'), 'announce it to this API').action(
    (flags: ExpectFlags) => expect(flags, context),
  );
}

const NEEDED = {
  project: 'the id or name of a project',
  cluster: 'the name of the cluster whose backup is restored',
  until: 'a time, or how far it is ahead, such as 4h',
};

async function expect(flags: ExpectFlags, context: Context) {
  const { format, json, query, by, key, allowUnknown, ...rest } = flags;
  for (const [name, what] of Object.entries(NEEDED))
    if (rest[name as keyof typeof NEEDED] === undefined) throw new UsageError(`--${name}: expected ${what}, got none`);
  const choice = await rowChoice(defined({ format, json, query }));
  const where = resolveSource(rest, context.env);
  if ('api' in where && by !== undefined)
    throw new UsageError('--by: expected --table or --data with it, got --api, which knows who calls it');
  let row: AnnouncedRow;
  if ('api' in where) {
    const api = await ledgerOf(where.api, context);
    const allowed = allowUnknown && { allowUnknown };
    row = await api.announce({ ...(await requestOf(rest, api)), ...allowed }, key ?? randomUUID());
  } else row = await announceHere(where, rest, { key, by: by ?? whoAmI(context), allowUnknown });
  if (row.warning !== undefined) await context.err.line(sanitize(`restore-ledger: ${row.warning}`));
  await showDocument(row, choice, context, () => context.out.line(sanitize(lineOf(row))), {
    columns: EXPECTED_COLUMNS,
    cells: expectedCells(row),
  });
}

/** @throws UsageError */
async function requestOf(
  flags: ExpectFlags,
  ledger: Pick<ReadableLedger, 'allProjectNames'>,
): Promise<ExpectedRequest> {
  const {
    project: source = '',
    cluster,
    targetProject,
    target,
    requester,
    from,
    until,
    restores,
    purpose,
    ticket,
  } = flags;
  const projectId = await projectIdOf(source, projectsOf(ledger));
  const targetProjectId = await projectIdOf(targetProject, projectsOf(ledger), 'targetProject');
  const places = { projectId, clusterName: cluster, targetProjectId, targetClusterName: target };
  const { expectedRequest } = await import('../../../functions/ledger/announcing/request.ts');
  return asUsage(() => expectedRequest(defined({ ...places, requester, from, until, restores, purpose, ticket })));
}

const FLAGS: Record<string, string> = {
  ...{ projectId: 'project', clusterName: 'cluster', targetProjectId: 'target-project', targetClusterName: 'target' },
};

/** `projectId: expected ...` as `--project: expected ...` @throws UsageError */
function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AnnotationProblem)) throw error;
    throw new UsageError(`--${FLAGS[error.field] ?? error.field}${error.message.slice(error.field.length)}`);
  }
}

async function announceHere(
  where: Target,
  flags: ExpectFlags,
  { key, by: name, allowUnknown }: { key: string | undefined; by: string; allowUnknown: true | undefined },
): Promise<AnnouncedRow> {
  const { AnnouncementConflict, announce, TooManyExpected } = await import(
    '../../../functions/ledger/announcing/announce.ts'
  );
  await using opened = await openLedger(where, { write: true });
  if ((await opened.ledger.scope())?.spokes)
    throw new CommandError('this is the ledger of a hub: announce restores to the spoke that collects them');
  const request = await requestOf(flags, readable(opened.ledger, Date.now));
  const { projectId } = request;
  const projectName = (await opened.ledger.projectNames([projectId])).get(projectId);
  if (projectName === undefined)
    throw new CommandError(`no project ${projectId} is in the ledger: check the id, or run restore-ledger collect`);
  const by = { kind: 'user', name, selfDeclared: true } as const;
  try {
    const at = new Date().toISOString();
    const cluster = clusterKnowledge(await opened.ledger.projectRecord(projectId), request.clusterName, at);
    const check = () => {
      if (cluster.state === 'never seen' && !allowUnknown)
        throw new AnnotationProblem('clusterName', `${cluster.text}; --allow-unknown announces it all the same`);
    };
    const { expected } = await announce(opened.table, request, { by, at, projectName, key, check });
    const [row] = (await expectedRows([expected], opened.ledger.projectRecord, Date.now())) as [AnnouncedRow];
    return cluster.state === 'known' ? row : { ...row, warning: cluster.text };
  } catch (error) {
    if (error instanceof AnnotationProblem)
      return asUsage(() => {
        throw error;
      });
    const isRefused = error instanceof TooManyExpected || error instanceof AnnouncementConflict;
    throw isRefused ? new CommandError(error.message) : error;
  }
}

function lineOf(row: AnnouncedRow): string {
  const many = row.restores === 1 ? 'a restore' : `${row.restores} restores`;
  return `Announced ${many}: ${expectedWords(row)}, between ${utc(row.from)} and ${utc(row.until)} UTC (${row.expectedRestoreId}).`;
}
