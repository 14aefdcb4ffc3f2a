// test/relay/spoke.ts: a spoke whose writes are events, as its stream and EventBridge would carry them to a hub.
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import type { Table, Written } from '../../functions/ledger/table/table-port.ts';
import { recordEvents } from '../../functions/relay/record-events.ts';
import { NOW } from '../ledger/table.ts';

export const SPOKE_ACCOUNT = '111111111111';

export interface TestSpoke {
  table: Table;
  ledger: Ledger;
  /** Bodies of the hub's queue, in the order of the writes. */
  sent: string[];
}

/** @param now of its clock */
export function spokeOf(of: Table, account = SPOKE_ACCOUNT, now = () => Date.parse(NOW)): TestSpoke {
  const sent: string[] = [];
  const table = observed(of, (before, after) => {
    for (const event of recordEvents(before, after, NOW, { ledger: 'AtlasRestoreLedger', everyMinutes: 15 }))
      sent.push(wrapped(event, account));
  });
  return { table, ledger: tableLedger({ table, now }), sent };
}

/** @param wrote called after each write, with the item before and after it */
export function observed(of: Table, wrote: (before: Item | undefined, after: Item & Key) => void): Table {
  const noted = async ({ pk, sk }: Key, write: () => Promise<Written>) => {
    const before = await of.get({ pk, sk });
    const written = await write();
    if (written.done) wrote(before, (await of.get({ pk, sk })) as Item & Key);
    return written;
  };
  return {
    get: (key) => of.get(key),
    put: (item, condition) => noted(item, () => of.put(item, condition)),
    update: (key, change, condition) => noted(key, () => of.update(key, change, condition)),
    query: (range) => of.query(range),
    count: (range) => of.count(range),
    batchGet: (...args) => of.batchGet(...args),
    scan: (options) => of.scan(options),
  };
}

/** As EventBridge hands it to a queue. */
export const wrapped = (event: object, account: string) =>
  JSON.stringify({ version: '0', id: 'x', account, region: 'eu-west-1', resources: [], ...event });
