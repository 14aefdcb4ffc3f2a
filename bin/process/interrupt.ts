// bin/process/interrupt.ts: Ctrl-C as an AbortSignal: once to stop in good order, twice to stop at once.
import { once } from 'node:events';
import { EXIT, Interrupted } from './exit-codes.ts';

export class Interrupt {
  readonly #controller = new AbortController();
  #gently: (() => void) | undefined;
  #isLeftToAnother = false;

  constructor() {
    process.on('SIGINT', () => {
      if (!this.#isLeftToAnother) this.#stop(EXIT.interrupted);
    });
    process.on('SIGTERM', () => this.#stop(EXIT.terminated));
  }

  /** From here on the first Ctrl-C raises the signal, and only the second ends the process. @param onFirst called then */
  gently(onFirst: () => void = () => {}): AbortSignal {
    this.#gently = onFirst;
    return this.#controller.signal;
  }

  /** Ctrl-C, which a terminal sends to both, is for a program that `work` runs. */
  async leftTo<T>(work: () => Promise<T>): Promise<T> {
    this.#isLeftToAnother = true;
    return await work().finally(() => {
      this.#isLeftToAnother = false;
    });
  }

  #stop(exitCode: typeof EXIT.interrupted | typeof EXIT.terminated) {
    if (!this.#gently || this.#controller.signal.aborted) process.exit(exitCode);
    this.#controller.abort(new Interrupted(exitCode));
    this.#gently();
  }
}

/** Resolves when the signal is raised. @param until no longer waited for then */
export async function raised(signal: AbortSignal, until?: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort', { signal: until });
}

/** The result of `work`, or the signal's reason where it is raised first; nobody waits for the work then. */
export async function unlessRaised<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const stopped = raised(signal, done.signal).then(() => signal.throwIfAborted());
  try {
    return (await Promise.race([work, stopped])) as T;
  } finally {
    done.abort();
    stopped.catch(() => {});
  }
}
