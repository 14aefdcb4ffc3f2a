// bin/commands/retire.ts takes a project that is no longer visible out of scope, with who did it and why, and takes that back.
import { hostname, userInfo } from 'node:os';
import { Command, Option } from 'commander';
import {
  listingsOf,
  momentAfter,
  RetirementError,
  reinstatedProject,
  retiredCredentials,
  retiredProject,
} from '../../functions/collector/plan/retirement.ts';
import type { KnownProject, Retirement } from '../../functions/ledger/model/known-project.ts';
import type { LedgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { projectId } from '../options/flags.ts';
import { type SourceFlags, sourceOf, withLedger } from '../options/ledger-source.ts';
import { openLedger } from '../options/ledger-target.ts';
import type { Column } from '../output/tables.ts';
import type { Context } from '../process/context.ts';
import { utc } from '../process/duration.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';
import { sanitize, sanitizeJson } from '../process/sanitize.ts';
import type { Style } from '../process/terminal.ts';

interface RetireFlags extends SourceFlags {
  project?: string;
  credentials?: string;
  reason?: string;
  by?: string;
  undo?: true;
  list?: true;
  json?: true;
}

const WHY = 'an API only reads';
/** A sentence or two. In characters. */
const MAX_REASON = 500;
const MAX_NAME = 100;

export function retireCommand(context: Context): Command {
  const command = new Command('retire')
    .description(
      'take a project that no credentials see any more, or credentials that are used no more, out of scope, for a reason that stays on record',
    )
    .addOption(projectId('--project <id>', 'which; needs --reason'))
    .addOption(text('--credentials <name>', 'credentials that are used no more; needs --reason', MAX_NAME))
    .addOption(text('--reason <text>', 'why', MAX_REASON))
    .addOption(text('--by <name>', 'who decided it (default: you, as this machine knows you)', MAX_NAME))
    .option('--undo', 'take it into scope again; needs --project and --reason')
    .option('--list', 'list the projects that are not visible, excluded or retired')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
A run over everything is incomplete while a project that was listed before is in no listing: a lost role looks just like a
deleted project. Retire a project that was deleted, or that is left on purpose. What was recorded of it stays, and so does who
retired it, when and why. A project that some credentials see can't be retired; should one be visible again, it is in scope
again by itself.

All credentials that ever listed projects have to list them again before a period counts as complete, as there may be projects that
only they see. Retire those that were replaced or taken away: without that they end a day after their last listing, once others see
every project that they saw, and the time in between stays a gap. The reason says that no project was missed.

It writes to the ledger itself (--table, --data), not through an API.

Exit code: 0 done, 1 it can't be retired, or the ledger could not be read or written, 2 wrong usage.

Examples:
  $ restore-ledger retire --list
  $ restore-ledger retire --project 65a1b2c3d4e5f60718293a4b --reason 'deleted on 3 November, ticket 4711'
  $ restore-ledger retire --project 65a1b2c3d4e5f60718293a4b --undo --reason 'the wrong one'
  $ restore-ledger retire --credentials old-key --reason 'rotated, sees what new-key sees'`,
    );
  return withLedger(command).action((flags: RetireFlags) =>
    flags.list ? list(flags, context) : retire(flags, context),
  );
}

const text = (flags: string, description: string, most: number) =>
  new Option(flags, description).argParser((came: string) => {
    const trimmed = came.trim();
    if (trimmed !== '' && trimmed.length <= most) return trimmed;
    const name = flags.replace(/ .*/, '');
    throw new UsageError(`${name}: expected a text of 1 to ${most} characters, got ${came.length}`);
  });

async function retire(flags: RetireFlags, context: Context) {
  const { project, credentials, reason, by = whoAmI(context), undo = false, json } = flags;
  if (project !== undefined && credentials !== undefined) {
    throw new UsageError('--project and --credentials: expected one of them, got both');
  }
  if (credentials !== undefined && undo) {
    throw new UsageError(
      '--undo: expected --project with it, got --credentials: they count again once they list projects',
    );
  }
  if (project === undefined && credentials === undefined) {
    throw new UsageError('--project: expected a project id, --credentials or --list, got none of them');
  }
  if (reason === undefined) throw new UsageError('--reason: expected why, got nothing: it stays on record');
  await using opened = await openLedger(sourceOf(flags, context.env, WHY), { create: false, write: true });
  const { ledger } = opened;
  const decision = { at: new Date().toISOString(), by, reason };
  if (project === undefined) {
    const name = credentials ?? '';
    const scope = await orRefused(ledger.saveScope((stored) => retiredCredentials(stored, name, decision)));
    const said = `The credentials ${name} count no more: their projects have to be listed by others.`;
    return await context.out.line(json ? sanitizeJson(scope) : sanitize(said));
  }
  const known = await orRefused(retiring(ledger, project, { undo, decision }));
  const done = undo
    ? 'is in scope again: runs are incomplete until it is visible'
    : 'is retired: what was recorded of it stays';
  await context.out.line(json ? sanitizeJson(known) : sanitize(`${known.projectName} (${project}) ${done}.`));
}

async function retiring(
  ledger: LedgerReader,
  project: string,
  { undo, decision }: { undo: boolean; decision: Retirement },
): Promise<KnownProject> {
  const scope = await ledger.scope();
  const at = momentAfter(scope ? listingsOf(scope) : [], decision.at);
  const change = undo ? reinstatedProject : retiredProject;
  return ledger.saveKnownProject(project, (stored) => change(stored, project, { ...decision, at }));
}

/** @throws CommandError */
async function orRefused<T>(retiring: Promise<T>): Promise<T> {
  return retiring.catch((error) => {
    throw error instanceof RetirementError ? new CommandError(error.message) : error;
  });
}

async function list(flags: RetireFlags, context: Context) {
  const { out, env } = context;
  const besides = (['project', 'credentials', 'reason', 'by', 'undo'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (besides) throw new UsageError(`--list and --${besides}: expected one of them, got both`);
  await using opened = await openLedger(sourceOf(flags, env, WHY), { create: false });
  const rows = await outOfSight(opened.ledger);
  if (flags.json) return await out.line(sanitizeJson(rows.map(({ known }) => known)));
  if (rows.length === 0) return await out.line('Every project that was ever listed is in scope and visible.');
  const { table } = await import('../output/tables.ts');
  await out.line(table(COLUMNS, rows, out));
}

interface Row {
  known: KnownProject;
  state: 'not visible' | 'excluded' | 'retired';
  since: string;
}

async function outOfSight(ledger: LedgerReader): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const known of ledger.knownProjects()) {
    const { notVisibleSince, excludedSince, retired } = known;
    if (retired) rows.push({ known, state: 'retired', since: retired.at });
    else if (excludedSince !== undefined) rows.push({ known, state: 'excluded', since: excludedSince });
    else if (notVisibleSince !== undefined) rows.push({ known, state: 'not visible', since: notVisibleSince });
  }
  return rows;
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

/** `ada@laptop` */
function whoAmI({ env }: Context): string {
  let name = env.USER ?? env.USERNAME;
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in a container: the variable has to do.
  }
  if (name === undefined || name === '') throw new UsageError('--by: expected a name, since this machine knows none');
  return `${name}@${hostname()}`.slice(0, MAX_NAME);
}
