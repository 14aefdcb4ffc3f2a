// bin/process/interrupt.ts: Ctrl-C as an AbortSignal: once to stop in good order, twice to stop at once.
import { EXIT, Interrupted } from './exit-codes.ts';

export class Interrupt {
  readonly #controller = new AbortController();
  #gently: (() => void) | undefined;

  constructor() {
    process.on('SIGINT', () => this.#stop(EXIT.interrupted));
    process.on('SIGTERM', () => this.#stop(EXIT.terminated));
  }

  /**
   * From here on the first Ctrl-C raises the signal, and only the second ends the process. Before, the first does.
   * @param onFirst says what is happening
   */
  gently(onFirst: () => void = () => {}): AbortSignal {
    this.#gently = onFirst;
    return this.#controller.signal;
  }

  #stop(exitCode: typeof EXIT.interrupted | typeof EXIT.terminated) {
    if (!this.#gently || this.#controller.signal.aborted) process.exit(exitCode);
    this.#controller.abort(new Interrupted(exitCode));
    this.#gently();
  }
}

/** Resolves when the signal is raised. */
export const raised = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** What `work` comes to, or the signal's reason where it is raised first; nobody waits for the work then. */
export async function unlessRaised<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
