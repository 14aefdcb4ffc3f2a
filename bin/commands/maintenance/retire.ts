// bin/commands/maintenance/retire.ts: projects and credentials taken out of scope, with who did it and why.

import { Command } from 'commander';
import { tryToCountCoverage } from '../../../functions/collector/evaluate/count-coverage.ts';
import {
  listingsOf,
  momentAfter,
  RetirementError,
  reinstatedProject,
  retiredCredentials,
  retiredProject,
} from '../../../functions/collector/plan/retirement.ts';
import type { KnownProject, Retirement } from '../../../functions/ledger/model/known-project.ts';
import type { LedgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { listOf } from '../../../functions/platform/lists/list-of.ts';
import type { Log } from '../../../functions/platform/log.ts';
import { utc } from '../../../functions/views/text.ts';
import { sentence } from '../../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { openLedger } from '../../options/ledger-target.ts';
import { project, projectIdOf, projectsIn } from '../../options/projects.ts';
import { type RowFlags, rowChoice, withDocument } from '../../options/rows.ts';
import type { RowShape } from '../../output/formats.ts';
import { showDocument, showRows } from '../../output/rows.ts';
import { type Column, writeTable } from '../../output/tables.ts';
import type { Context } from '../../process/context.ts';
import { CommandError, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { sanitize } from '../../process/sanitize.ts';
import type { Style } from '../../process/terminal.ts';
import { MAX_NAME, whoAmI } from '../../process/who-am-i.ts';

interface RetireFlags extends SourceFlags, RowFlags {
  project?: string;
  credentials?: string;
  reason?: string;
  by?: string;
  undo?: true;
  list?: true;
}

const WHY = 'no API does this';
/** A sentence or two. In characters. */
const MAX_REASON = 500;
/** Of an ARN in Secrets Manager: a deployed ledger names its credentials by their secret. */
const MAX_CREDENTIALS = 2_048;

const CODES = exitCodes({
  0: 'done',
  1: "it can't be retired, or the ledger could not be read or written",
  2: 'wrong usage',
});

const HELP = `
A run over everything is incomplete while a project that was listed before is in no listing: a lost role looks just like a
deleted project. Retire a project that was deleted or left on purpose. Its record stays, and so does who retired it, when and why.
A project that some credentials see can't be retired; one that becomes visible again is in scope again.

All credentials that ever listed projects have to list them again before a period counts as complete, as there may be projects that
only they see. Retire those that were replaced or revoked, with a reason that says that no project was missed. Otherwise they end a
day after their last listing, once others see every project that they saw, and the time in between stays a gap.

It writes to the ledger itself (--table, --data), not through an API.

${CODES}

Examples:
  $ restore-ledger retire --list
  $ restore-ledger retire --project 65a1b2c3d4e5f60718293a4b --reason 'deleted on 3 November, ticket 4711'
  $ restore-ledger retire --project 65a1b2c3d4e5f60718293a4b --undo --reason 'the wrong one'
  $ restore-ledger retire --credentials old-key --reason 'rotated, sees what new-key sees'`;

export function retireCommand(context: Context): Command {
  const command = new Command('retire')
    .description('take a project that is no longer visible, or credentials no longer used, out of scope, with a reason')
    .addOption(project('--project <id or name>', 'the project; needs --reason'))
    .addOption(sentence('--credentials <name>', 'credentials no longer used; needs --reason', MAX_CREDENTIALS))
    .addOption(sentence('--reason <text>', 'kept on record', MAX_REASON))
    .addOption(sentence('--by <name>', 'who decided it (default: your user name and host)', MAX_NAME))
    .option('--undo', 'take it into scope again; needs --project and --reason')
    .option('--list', 'list the projects that are not visible, excluded or retired')
    .addHelpText('after', HELP);
  return withLedger(withDocument(command, 'what is on record then')).action((flags: RetireFlags) =>
    (flags.list ? list : retire)(flags, context),
  );
}

async function retire(flags: RetireFlags, context: Context) {
  const { project: given, credentials, reason, by = whoAmI(context), undo = false } = flags;
  const choice = await rowChoice(flags);
  const named = given ?? credentials;
  if (given !== undefined && credentials !== undefined) {
    throw new UsageError('--project and --credentials: expected one of them, got both');
  }
  if (credentials !== undefined && undo) {
    throw new UsageError(
      '--undo: expected --project with it, got --credentials: they count again once they list projects',
    );
  }
  if (named === undefined) {
    throw new UsageError(
      '--project: expected the id or the name of a project, --credentials or --list, got none of them',
    );
  }
  if (reason === undefined) throw new UsageError('--reason: expected a reason, got none: it stays on record');
  await using opened = await openLedger(sourceOf(flags, context.env, WHY), { write: true });
  const decision = { at: new Date().toISOString(), by, reason };
  const projectId = await projectIdOf(given, projectsIn(opened.ledger));
  const change = projectId === undefined ? retireCredentials : changeProject;
  const [document, text] = await change(opened.ledger, projectId ?? named, decision, { undo, log: context.log }).catch(
    (error) => {
      throw error instanceof RetirementError ? new CommandError(error.message) : error;
    },
  );
  await showDocument(document, choice, context, () => context.out.line(sanitize(text)));
}

async function retireCredentials(ledger: LedgerReader, name: string, decision: Retirement) {
  const scope = await ledger.saveScope((stored) => retiredCredentials(stored, name, decision));
  return [scope, `The credentials ${name} count no more: their projects have to be listed by others.`] as const;
}

async function changeProject(
  ledger: LedgerReader,
  id: string,
  decision: Retirement,
  { undo, log }: { undo: boolean; log: Log },
) {
  const scope = await ledger.scope();
  const at = momentAfter(scope ? listingsOf(scope) : [], decision.at);
  const change = undo ? reinstatedProject : retiredProject;
  const known = await ledger.saveKnownProject(id, (stored) => change(stored, id, { ...decision, at }));
  await tryToCountCoverage(ledger, { now: Date.now }, { log });
  const reinstated = 'is in scope again: runs are incomplete until it is visible';
  const text = undo ? reinstated : 'is retired: what was recorded of it stays';
  return [known, `${known.projectName} (${id}) ${text}.`] as const;
}

async function list(flags: RetireFlags, context: Context) {
  const { out, env } = context;
  const choice = await rowChoice(flags);
  const besides = (['project', 'credentials', 'reason', 'by', 'undo'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (besides) throw new UsageError(`--list and --${besides}: expected one of them, got both`);
  await using opened = await openLedger(sourceOf(flags, env, WHY));
  const rows = (await listOf(opened.ledger.knownProjects())).flatMap(rowOf);
  await showRows({ rows }, choice, ROWS, context, async (shown) => {
    if (shown.length === 0) return await out.line('Every project that was ever listed is in scope and visible.');
    await writeTable(COLUMNS, shown, out);
  });
}

const ROWS: RowShape<Row> = {
  document: ({ known }) => known,
  columns: ['projectId', 'projectName', 'state', 'since', 'by', 'reason'],
  cells: ({ known: { projectId, projectName, retired }, state, since }) => ({
    ...{ projectId, projectName, state, since, by: retired?.by, reason: retired?.reason },
  }),
};

type Row = { known: KnownProject; state: 'not visible' | 'excluded' | 'retired'; since: string };

/** Nothing where the project is in scope and visible. */
function rowOf(known: KnownProject): Row[] {
  const { notVisibleSince, excludedSince, retired } = known;
  if (retired) return [{ known, state: 'retired', since: retired.at }];
  if (excludedSince !== undefined) return [{ known, state: 'excluded', since: excludedSince }];
  return notVisibleSince === undefined ? [] : [{ known, state: 'not visible', since: notVisibleSince }];
}

const STYLES: Record<Row['state'], Style> = { 'not visible': 'red', excluded: 'dim', retired: 'dim' };

const COLUMNS: Column<Row>[] = [
  { title: 'project', cell: ({ known }) => known.projectName, least: 12 },
  { title: 'id', cell: ({ known }) => known.projectId, style: () => 'dim' },
  { title: 'state', cell: ({ state }) => state, style: ({ state }) => STYLES[state] },
  { title: 'since (UTC)', cell: ({ since }) => utc(since) },
  { title: 'by', cell: ({ known }) => known.retired?.by ?? '', goes: 2 },
  { title: 'why', cell: ({ known }) => known.retired?.reason ?? '', least: 12, goes: 1 },
];
