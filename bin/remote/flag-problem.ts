// bin/remote/flag-problem.ts: what the API refuses of a parameter, as an error of the flag of the same name.
import { RequestProblem } from '../../functions/api/http/problem.ts';
import { UsageError } from '../process/exit-codes.ts';
import { ApiError } from './errors.ts';

/** `targetProject` as `--target-project`. */
export const flagOf = (parameter: string) => `--${parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** @throws UsageError where the ledger, here or behind an API, refuses a parameter; what else `read` throws */
export async function asFlags<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { field, detail } =
      error instanceof RequestProblem ? error.problem : error instanceof ApiError ? (error.refused ?? {}) : {};
    if (field === undefined || detail === undefined) throw error;
    throw new UsageError(`${flagOf(field)}: ${withFlags(detail)}`);
  }
}

/** Parameters that a text names as flags. */
const withFlags = (detail: string) => detail.replace(/`(\w+)`/g, (_, name: string) => flagOf(name));
