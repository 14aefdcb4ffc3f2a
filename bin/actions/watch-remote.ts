// bin/actions/watch-remote.ts: a restore job watched through an API, whose collector reads Atlas.
import { isOpen } from '../../functions/restore/job.ts';
import { utc } from '../../functions/views/text.ts';
import type { Context } from '../process/context.ts';
import { CommandError } from '../process/exit-codes.ts';
import { ApiError } from '../remote/errors.ts';
import type { ApiLedger } from '../remote/ledger.ts';
import type { Watched } from './watch.ts';

export function watchRemotely(id: string, ledger: ApiLedger, { err }: Context): Watched {
  let isFirst = true;
  const read = async () => {
    const job = await ledger.job(id);
    if (!job) {
      throw new CommandError(`no job ${id} is in the ledger: run restore-ledger collect --api ${ledger.url}`);
    }
    const { status, vanishedAt, changedAt } = job;
    if (isOpen(status) && vanishedAt !== undefined) {
      throw new CommandError(`Atlas has not listed job ${id}, which was ${status}, since ${utc(vanishedAt)} UTC`);
    }
    if (isFirst && vanishedAt !== undefined) {
      await err.line(`Atlas no longer lists it; the ledger has it as of ${utc(changedAt)} UTC.`);
    }
    if (isFirst && isOpen(status) && status !== 'READY') await err.line(SLOWER);
    isFirst = false;
    return { job };
  };
  const look = () =>
    read().catch((error: unknown) => {
      if (error instanceof ApiError && error.transient) return { failure: error };
      throw error;
    });
  return { id, look };
}

const SLOWER =
  'A deployed collector reads an open job about once a minute; behind restore-ledger serve, at each collect.';
