// bin/options/ledger-source.ts: where a command finds its ledger: a table, a directory, or an API.
import { type Command, Option } from 'commander';
import { defined } from '../../functions/platform/defined.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import type { Context } from '../process/context.ts';
import { UsageError } from '../process/exit-codes.ts';
import { API_AUTHS, type ApiAddress, type ApiFlags, apiAddress } from '../remote/address.ts';
import type { ApiLedger } from '../remote/ledger.ts';
import { type ReadableLedger, readable } from '../remote/ledger-port.ts';
import { oneOf, under } from './flags.ts';
import { addTargetOptions, openLedger, resolveTarget, type Target, type TargetFlags } from './ledger-target.ts';
import { chosenObjectives, type RulesFlags, refuseBesideApi } from './rules.ts';

export interface SourceFlags extends TargetFlags, ApiFlags {
  api?: string;
}

export interface JsonFlags extends SourceFlags {
  json?: true;
}

const VARIABLE = 'RESTORE_LEDGER_API';

/** @param what the command does with the API */
export const addSourceOptions = (command: Command, what = 'read from this API') =>
  under('Ledger:', addTargetOptions(command), (ledger) =>
    ledger
      .option('--api <url>', `${what}, deployed or of restore-ledger serve (env: ${VARIABLE})`)
      .addOption(
        oneOf(
          '--api-auth <how>',
          'iam: sign with your AWS credentials; token: send RESTORE_LEDGER_API_TOKEN; none (default: token where it is set, iam for *.execute-api.*.amazonaws.com, none on this machine)',
          API_AUTHS,
        ),
      )
      .option('--api-region <region>', "to sign for, where the API's address has none"),
  );

/** For commands that need the ledger itself. They know `--api`, to say why not. */
export const withLedger = (command: Command) =>
  addTargetOptions(command).addOption(new Option('--api <url>').hideHelp());

/** @param why an API won't do @throws UsageError */
export function sourceOf({ api, ...where }: SourceFlags, env: Environment, why: string): Target {
  const chosen = chosenApi(api, where, env);
  if (!chosen) return resolveTarget(where, env);
  throw new UsageError(`${chosen.name}: expected --table or --data instead, since ${why}`);
}

/** A flag beats a variable. @throws UsageError */
export function resolveSource(
  { api, apiAuth, apiRegion, ...where }: SourceFlags,
  env: Environment,
): Target | { api: ApiAddress } {
  const chosen = chosenApi(api, where, env);
  if (chosen) return { api: apiAddress(chosen.name, chosen.url, defined({ apiAuth, apiRegion }), env) };
  if (apiAuth === undefined && apiRegion === undefined) return resolveTarget(where, env);
  throw new UsageError(`--api-${apiAuth === undefined ? 'region' : 'auth'}: expected --api with it, got none`);
}

function chosenApi(api: string | undefined, { table, data }: TargetFlags, env: Environment) {
  const flag = data !== undefined ? '--data' : table !== undefined ? '--table' : undefined;
  const url = api ?? (flag ? undefined : env[VARIABLE] || undefined);
  if (url === undefined) return undefined;
  const name = api === undefined ? VARIABLE : '--api';
  const other = flag ?? (name === VARIABLE && env.TABLE_NAME ? 'TABLE_NAME' : undefined);
  if (other) throw new UsageError(`${name} and ${other}: expected one of them, got both`);
  return { name, url };
}

/** @throws UsageError, CommandError */
export async function openToRead(
  { rules, ...flags }: SourceFlags & RulesFlags,
  context: Context,
): Promise<AsyncDisposable & { ledger: ReadableLedger }> {
  const where = resolveSource(flags, context.env);
  if ('api' in where) {
    refuseBesideApi(defined({ rules }));
    return { ledger: await ledgerOf(where.api, context), [Symbol.asyncDispose]: async () => {} };
  }
  const objectives = await chosenObjectives(defined({ rules }), context.env);
  const { ledger, ...opened } = await openLedger(where);
  return { ledger: readable(ledger, Date.now, objectives), ...opened };
}

export async function ledgerOf(api: ApiAddress, { log }: Context): Promise<ApiLedger> {
  const [{ ApiClient }, { ApiLedger }] = await Promise.all([
    import('../remote/client.ts'),
    import('../remote/ledger.ts'),
  ]);
  return new ApiLedger(new ApiClient(api, { log }));
}
