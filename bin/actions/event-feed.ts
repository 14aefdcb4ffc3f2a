// bin/actions/event-feed.ts is where a command's events go: into a file, if one is named, and to whoever watches.

import type { withEvents } from '../../functions/events/delivery/publishing-ledger.ts';
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { EventsFile } from '../output/events-file.ts';

export interface FeedFlags {
  events?: string;
}

export class Feed implements AsyncDisposable {
  readonly #file: EventsFile | undefined;
  readonly #show: (event: LedgerEvent) => void;
  readonly #telling: typeof withEvents;

  private constructor(file: EventsFile | undefined, show: (event: LedgerEvent) => void, tellingOf: typeof withEvents) {
    this.#file = file;
    this.#show = show;
    this.#telling = tellingOf;
  }

  /** @throws UsageError where the file can't be written */
  static async open({ events }: FeedFlags, show: (event: LedgerEvent) => void): Promise<Feed> {
    const file = events === undefined ? undefined : await EventsFile.open(events);
    // Only now: other commands, and --help, have no use for it.
    const { withEvents: tellingOf } = await import('../../functions/events/delivery/publishing-ledger.ts');
    return new Feed(file, show, tellingOf);
  }

  /** The same ledger; what is written to it is told here. */
  of = (ledger: Ledger): Ledger =>
    this.#telling(ledger, async (event) => {
      await this.#file?.append(event);
      this.#show(event);
    });

  /** Once everything is told. @throws CommandError where an event could not be written */
  async check(): Promise<void> {
    await this.#file?.check();
  }

  async [Symbol.asyncDispose]() {
    await this.#file?.[Symbol.asyncDispose]();
  }
}
