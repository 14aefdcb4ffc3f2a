// test/events/messages/outbox.ts: the message function's core with a clock, a queue and topics of a test's own, on a real table.
import { jobEvents } from '../../../functions/events/from/job-events.ts';
import type { Message, Topic } from '../../../functions/events/messages/message.ts';
import { type TellOptions, tell } from '../../../functions/events/messages/tell.ts';
import { ToldItems } from '../../../functions/events/messages/told-items.ts';
import type { LedgerEvent } from '../../../functions/events/model/event.ts';
import type { Recorded } from '../../../functions/ledger/model/ledger.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import type { EngineTable } from '../../ledger/engines.ts';

export const WAIT_MS = 120_000;

/** As EventBridge puts it into the queue. */
export const bodyOf = (event: LedgerEvent) => JSON.stringify({ version: '0', account: '111122223333', ...event });

export const eventsOf = ({ job, change }: Recorded): LedgerEvent[] => {
  if (!change) throw new Error('nothing changed');
  return jobEvents(job, change);
};

export class Outbox {
  now = Date.parse('2026-11-20T11:00:10Z');
  /** What subscribers of the first topic have received. */
  readonly messages: Message[] = [];
  /** Given again, with when it is due. */
  readonly later: { body: string; at: number }[] = [];
  /** What a topic does before it takes a message. @default nothing */
  onPublish: (arn: string) => void | Promise<void> = () => {};
  readonly taken: string[] = [];
  readonly #topics: Topic[];
  readonly #table: EngineTable['table'];
  readonly #options: TellOptions;

  constructor({ table }: EngineTable, options: Partial<TellOptions> = {}, arns = ['arn:one']) {
    this.#table = table;
    this.#options = { severities: ['warning', 'critical'], waitMs: WAIT_MS, ...options };
    this.#topics = arns.map((arn, index) => ({
      arn,
      publish: async (message) => {
        await this.onPublish(arn);
        this.taken.push(arn);
        if (index === 0) this.messages.push(message);
      },
    }));
  }

  /** In their order, each once. */
  async take(...events: LedgerEvent[]): Promise<void> {
    for (const event of events) await this.takeBody(bodyOf(event));
  }

  takeBody(body: string): Promise<void> {
    const now = () => this.now;
    const again = async (given: string, delayMs: number) =>
      void this.later.push({ body: given, at: this.now + delayMs });
    const items = new ToldItems(this.#table, now);
    return tell(body, { items, topics: this.#topics, again, log: silentLog, now }, this.#options);
  }

  /** Lets time pass, with what becomes due meanwhile. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const [next] = this.later.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.later.splice(this.later.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      await this.takeBody(next.body);
    }
    this.now = until;
  }

  get subjects() {
    return this.messages.map(({ subject }) => subject);
  }
}
