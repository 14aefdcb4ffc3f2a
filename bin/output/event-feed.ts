// bin/output/event-feed.ts: the destination of a command's events: a file (NDJSON), if one is named, and a viewer.
import { type FileHandle, open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { CommandError, UsageError } from '../process/exit-codes.ts';
import { reasonOf } from '../process/output-file.ts';
import { sanitizeJson } from '../process/sanitize.ts';

export type FeedFlags = { events?: string };

export const withEventsOption = (command: Command) =>
  command.option('--events <file>', 'append every event of the change feed to this file: one a line, as JSON');

export class EventFeed implements AsyncDisposable {
  readonly #path: string | undefined;
  readonly #file: FileHandle | undefined;
  readonly #show: (event: LedgerEvent) => void;
  #turn: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(path: string | undefined, file: FileHandle | undefined, show: (event: LedgerEvent) => void) {
    this.#path = path;
    this.#file = file;
    this.#show = show;
  }

  /** @throws UsageError where the file can't be written */
  static async open({ events: path }: FeedFlags, show: (event: LedgerEvent) => void): Promise<EventFeed> {
    try {
      return new EventFeed(path, path === undefined ? undefined : await open(path, 'a'), show);
    } catch (error) {
      throw new UsageError(`--events ${path}: expected a file that can be written, got ${reasonOf(error)}`);
    }
  }

  /** The same ledger; every write to it is published here. */
  async of(ledger: Ledger): Promise<Ledger> {
    // Loaded here, since other commands, and --help, do without it.
    const { withEvents } = await import('../../functions/events/delivery/publishing-ledger.ts');
    return withEvents(ledger, async (event) => {
      await this.#append(event);
      this.#show(event);
    });
  }

  /** In order. After a failure nothing more is written, and the work goes on: `check` throws it at the end. */
  #append(event: LedgerEvent): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await this.#file?.appendFile(`${sanitizeJson(event, 0)}\n`);
      } catch (error) {
        this.#failure = error;
      }
    });
    return this.#turn;
  }

  async check(): Promise<void> {
    await this.#turn;
    if (this.#failure === undefined) return;
    const message = `--events ${this.#path}: it can't be written any more (${reasonOf(this.#failure)}), so events are missing in it; what was collected is recorded`;
    throw new CommandError(message, { cause: this.#failure });
  }

  async [Symbol.asyncDispose]() {
    await this.#turn;
    await this.#file?.close();
  }
}
