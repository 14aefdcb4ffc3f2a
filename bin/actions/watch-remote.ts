// bin/actions/watch-remote.ts looks at one restore job through an API. The collector behind it looks at Atlas.
import { isOpen } from '../../functions/restore/job.ts';
import type { Context } from '../process/context.ts';
import { utc } from '../process/duration.ts';
import { CommandError } from '../process/exit-codes.ts';
import { ApiError } from '../remote/errors.ts';
import type { ApiLedger } from '../remote/ledger.ts';
import type { Watched } from './watch.ts';

export function watchRemotely(id: string, ledger: ApiLedger, { err }: Context): Watched {
  let looks = 0;
  const look = async () => {
    const job = await ledger.job(id);
    if (!job) {
      throw new CommandError(`no job ${id} is in the ledger: run restore-ledger collect --api ${ledger.url}`);
    }
    const open = isOpen(job.status);
    if (open && job.vanishedAt !== undefined) {
      throw new CommandError(
        `Atlas does not list job ${id}, which was ${job.status}, since ${utc(job.vanishedAt)} UTC`,
      );
    }
    looks += 1;
    if (looks === 1 && job.vanishedAt !== undefined) {
      await err.line(`Atlas no longer lists it; the ledger has it as of ${utc(job.changedAt)} UTC.`);
    }
    if (looks === 1 && open && job.status !== 'READY') await err.line(SLOWER);
    return { job };
  };
  return {
    id,
    look: () =>
      look().catch((error: unknown) => {
        if (error instanceof ApiError && error.transient) return { failure: error };
        throw error;
      }),
  };
}

const SLOWER =
  'A deployed collector looks at a job under way about once a minute; behind restore-ledger serve, whenever somebody collects.';
