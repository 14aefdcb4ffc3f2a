// bin/options/ledger-source.ts is where a command finds its ledger: a table, a directory, or an API that has it.
import { type Command, Option } from 'commander';
import type { Environment } from '../../functions/runtime/settings.ts';
import type { Context } from '../process/context.ts';
import { UsageError } from '../process/exit-codes.ts';
import { API_AUTHS, type ApiAddress, type ApiFlags, apiAddress } from '../remote/address.ts';
import type { ApiLedger } from '../remote/ledger.ts';
import { type ReadableLedger, readable } from '../remote/ledger-port.ts';
import { oneOf } from './flags.ts';
import { addTargetOptions, openLedger, resolveTarget, type Target, type TargetFlags } from './ledger-target.ts';

export interface SourceFlags extends TargetFlags, ApiFlags {
  api?: string;
}

const VARIABLE = 'RESTORE_LEDGER_API';

export const addSourceOptions = (command: Command) =>
  addTargetOptions(command)
    .addOption(new Option('--api <url>', 'ask this API instead, deployed or of restore-ledger serve').env(VARIABLE))
    .addOption(
      oneOf(
        '--api-auth <how>',
        'iam: sign with your AWS credentials; token: send RESTORE_LEDGER_API_TOKEN; none (default: token where it is set, iam for *.execute-api.*.amazonaws.com, none on this machine)',
        API_AUTHS,
      ),
    )
    .addOption(new Option('--api-region <region>', "to sign for, where the API's address has none"));

/** For commands that need the ledger itself. They know `--api`, to say why not. */
export const withLedger = (command: Command) =>
  addTargetOptions(command).addOption(new Option('--api <url>').env(VARIABLE).hideHelp());

/** @param why an API won't do @throws UsageError */
export function sourceOf({ api, ...where }: SourceFlags, env: Environment, why: string): Target {
  if (!isApiChosen(api, where, env)) return resolveTarget(where, env);
  throw new UsageError(`${nameOf(api, env)}: expected --table or --data instead, since ${why}`);
}

/** A flag beats a variable. @throws UsageError */
export function resolveSource(
  { api, apiAuth, apiRegion, ...where }: SourceFlags,
  env: Environment,
): Target | { api: ApiAddress } {
  if (!isApiChosen(api, where, env)) {
    if (apiAuth === undefined && apiRegion === undefined) return resolveTarget(where, env);
    throw new UsageError(`--api-${apiAuth === undefined ? 'region' : 'auth'}: expected --api with it, got none`);
  }
  const [name, other] = [nameOf(api, env), otherPlace(where, env)];
  if (other !== undefined && (name === VARIABLE || other.startsWith('--'))) {
    throw new UsageError(`${name} and ${other}: expected one of them, got both`);
  }
  const flags = { ...(apiAuth === undefined ? {} : { apiAuth }), ...(apiRegion === undefined ? {} : { apiRegion }) };
  return { api: apiAddress(name, api, flags, env) };
}

const nameOf = (api: string, env: Environment) => (api === env[VARIABLE] ? VARIABLE : '--api');

/** An empty variable is none, and a ledger named by a flag beats one. */
const isApiChosen = (api: string | undefined, where: TargetFlags, env: Environment): api is string =>
  api !== undefined &&
  !(nameOf(api, env) === VARIABLE && (api === '' || otherPlace(where, env)?.startsWith('--') === true));

/** What names a ledger beside `--api`, if anything does. */
function otherPlace({ table, data }: TargetFlags, env: Environment): string | undefined {
  if (data !== undefined) return '--data';
  const fromVariable = table !== undefined && table === env.TABLE_NAME;
  if (table === undefined || (fromVariable && table === '')) return undefined;
  return fromVariable ? 'TABLE_NAME' : '--table';
}

export interface OpenToRead extends AsyncDisposable {
  ledger: ReadableLedger;
}

/** @throws UsageError, CommandError */
export async function openToRead(flags: SourceFlags, context: Context): Promise<OpenToRead> {
  const where = resolveSource(flags, context.env);
  if (!('api' in where)) {
    const opened = await openLedger(where, { create: false });
    return {
      ledger: readable(opened.ledger, Date.now),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  }
  return { ledger: await ledgerOf(where.api, context), [Symbol.asyncDispose]: async () => {} };
}

export async function ledgerOf(api: ApiAddress, { log }: Context): Promise<ApiLedger> {
  const [{ ApiClient }, { ApiLedger }] = await Promise.all([
    import('../remote/client.ts'),
    import('../remote/ledger.ts'),
  ]);
  return new ApiLedger(new ApiClient(api, { log }));
}
