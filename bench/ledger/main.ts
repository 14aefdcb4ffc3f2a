// bench/ledger/main.ts: the command `npm run bench:ledger`.

import { benchmark } from '../harness/benchmark.ts';
import { TIME_COLUMNS } from '../harness/table.ts';
import { cases, collectAll, LISTING, targets } from './ledger.ts';

await benchmark({
  name: 'bench:ledger',
  description:
    "Collects into the command line's embedded ledger and into DynamoDB, beside the same collection into memory and the same writes " +
    "alone. Where DYNAMODB_ENDPOINT is set, DynamoDB is what answers there, such as Amazon's DynamoDB Local.",
  large: '100,000 jobs of 200 clusters, too; into DynamoDB only where DYNAMODB_ENDPOINT is set',
  cases,
  run: collectAll,
  baseline: LISTING,
  targets,
  columns: [
    ...TIME_COLUMNS,
    { title: 'to Atlas', number: 'atlasRequests' },
    { title: 'to DynamoDB', number: 'tableRequests' },
    { title: 'RSS, MiB', number: 'rssMb' },
  ],
});
