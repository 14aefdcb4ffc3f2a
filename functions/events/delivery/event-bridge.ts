// functions/events/delivery/event-bridge.ts: the Bus port over EventBridge.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Bus, BusEvent, Refused } from './bus.ts';

export class EventBridgeBus implements Bus {
  readonly #busName: string;
  readonly #client: EventBridgeClient;

  /** @param busName name or ARN */
  constructor(busName: string, client = defaultClient()) {
    this.#busName = busName;
    this.#client = client;
  }

  async put(events: readonly BusEvent[]): Promise<Refused[]> {
    const Entries = events.map(({ source, 'detail-type': DetailType, time, detail }) => ({
      EventBusName: this.#busName,
      Source: source,
      DetailType,
      Time: new Date(time),
      Detail: JSON.stringify(detail),
    }));
    const { Entries: results = [] } = await this.#client.send(new PutEventsCommand({ Entries }));
    // One result an entry, in order; what has no id was not taken.
    return events.flatMap((_, index) =>
      results[index]?.EventId ? [] : [{ index, code: results[index]?.ErrorCode ?? 'no answer' }],
    );
  }
}

// An answer takes milliseconds; a lost one must not use up the function's time.
const defaultClient = () =>
  new EventBridgeClient({
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
