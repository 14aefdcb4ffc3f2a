// bin/process/port-error.ts: one-line errors for ports that can't be listened on.
import { CommandError } from './exit-codes.ts';

/** @throws CommandError where the port is in use, or may not be used */
export async function listening<T>(port: number, started: Promise<T>): Promise<T> {
  try {
    return await started;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EACCES' ? 'may not be used' : 'is in use';
    throw new CommandError(`port ${port} ${why}: give another one with --port, or --port 0 for any that is free`, {
      cause: error,
    });
  }
}
