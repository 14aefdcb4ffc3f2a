// bin/output/events-file.ts appends what is told to a file: an event a line (NDJSON), in the order in which it is told.
import { type FileHandle, open } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';
import { sanitizeJson } from '../process/sanitize.ts';

export const withEvents = (command: Command) =>
  command.addOption(
    new Option('--events <file>', 'append every event of the change feed to this file: one a line, as JSON'),
  );

export class EventsFile implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  #turn: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Makes the file where it isn't there. @throws UsageError where it can't be written */
  static async open(path: string): Promise<EventsFile> {
    try {
      return new EventsFile(path, await open(path, 'a'));
    } catch (error) {
      throw new UsageError(`--events ${path}: expected a file that can be written, got ${reasonOf(error)}`);
    }
  }

  /**
   * Resolves when the line is out. A failure does not end the work that is told of: it is kept for `check`, and nothing is
   * written after it.
   */
  append(event: LedgerEvent): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await this.#file.appendFile(`${sanitizeJson(event, 0)}\n`);
      } catch (error) {
        this.#failure = error;
      }
    });
    return this.#turn;
  }

  /** @throws CommandError where an event could not be written */
  async check(): Promise<void> {
    await this.#turn;
    if (this.#failure === undefined) return;
    const message = `--events ${this.#path}: it can't be written any more (${reasonOf(this.#failure)}), so events are missing in it; what was collected is recorded`;
    throw new CommandError(message, { cause: this.#failure });
  }

  async [Symbol.asyncDispose]() {
    await this.#turn;
    await this.#file.close();
  }
}

const reasonOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
