// test/collector/collector-process.ts: a collector in a process of its own, so that its memory is its own: one run, then a
// report on stdout.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { credentialsFromEnv } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';

const tableName = process.env.TABLE_NAME ?? '';
const client = new DynamoDBClient();
const counted = { reads: 0, writes: 0 };
client.middlewareStack.add(
  (next, context) => (args) => {
    counted[/^(Put|Update)/.test(context.commandName ?? '') ? 'writes' : 'reads'] += 1;
    return next(args);
  },
  { step: 'initialize' },
);
await using atlas = new AtlasClient({ credentials: credentialsFromEnv(process.env) });
const accounts = [{ name: 'environment', atlas }];
const ledger = tableLedger({ tableName, client });
const request = { runId: newObjectId(new Date()), trigger: 'command' as const };
const { run } = await runLocally(request, { accounts, ledger, log: silentLog, clock: systemClock });
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  JSON.stringify({ status: run.status, counts: run.counts, requests: atlas.usage.requests, counted, peakMb }),
);
