// test/local/sqlite/writer.ts: a writer of items until it is killed, which says what was acknowledged. Arguments: directory,
// its name.
import { writeSync } from 'node:fs';
import { SqliteTable } from '../../../local/sqlite/sqlite-table.ts';

const [dataDir = '', name = ''] = process.argv.slice(2);
const table = await SqliteTable.open({ dataDir, create: true, write: true });
for (let n = 0; ; n++) {
  await Promise.all(
    Array.from({ length: 8 }, async (_, lane) => {
      const item = {
        pk: `${name}#${lane}`,
        sk: String(n),
        feed: name,
        feedKey: `${n}-${lane}`,
        text: 'x'.repeat(2_000),
      };
      await table.put(item, { pk: undefined });
      writeSync(1, `${JSON.stringify([item.pk, item.sk])}\n`); // at once: what is in a buffer would die with us
    }),
  );
}
