// bench/cold/services.ts: the services that the functions call: a table, Atlas, and a stand-in for the rest of AWS.
import { fileURLToPath } from 'node:url';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { BenchAtlas } from '../atlas/atlas.ts';
import { dynamoLedger, type OpenLedger } from '../contenders/ledgers.ts';
import { TABLE } from '../dynamo/access.ts';
import { BenchDynamo } from '../dynamo/dynamo.ts';
import { Worker } from '../harness/worker.ts';
import type { AwsHandlers } from './aws-process.ts';

/** Small, since the start is what counts. */
const WORLD = { clusters: 2, jobs: 10 };
const AWS = fileURLToPath(new URL('./aws-process.ts', import.meta.url));

export class Services implements AsyncDisposable {
  readonly atlas: BenchAtlas;
  readonly dynamo: BenchDynamo;
  readonly aws: Worker<AwsHandlers>;
  /** Of every function; nothing else is in it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #open: OpenLedger;

  private constructor(atlas: BenchAtlas, dynamo: BenchDynamo, aws: Worker<AwsHandlers>, awsUrl: string) {
    this.atlas = atlas;
    this.dynamo = dynamo;
    this.aws = aws;
    this.#open = dynamoLedger(dynamo.access);
    this.environment = {
      TABLE_NAME: TABLE,
      ATLAS_SECRET_ID: 'atlas/key',
      EVENT_BUS_NAME: 'ledger',
      COLLECT_QUEUE_URL: `${awsUrl}/000000000000/tasks`,
      MONGODB_ATLAS_BASE_URL: atlas.secureAccess.url,
      PLAN_FUNCTION_NAME: 'plan',
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
      LOG_LEVEL: 'INFO',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_SESSION_TOKEN: 'bench',
      // HTTPS, as in AWS: over plain HTTP, the SDK would load modules that it never loads there.
      AWS_ENDPOINT_URL: awsUrl,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.access.secureEndpoint,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      PATH: process.env.PATH ?? '',
    };
  }

  static async start(): Promise<Services> {
    const [atlas, dynamo] = await Promise.all([BenchAtlas.start(WORLD), BenchDynamo.start()]);
    const aws = new Worker<AwsHandlers>('AWS', AWS);
    return new Services(atlas, dynamo, aws, await aws.call.start(JSON.stringify(atlas.access.apiKey)));
  }

  /** The same table that the functions have, seen from here. */
  get ledger(): Ledger {
    return this.#open.ledger;
  }

  async [Symbol.asyncDispose]() {
    await this.#open.close();
    await Promise.all([this.aws, this.dynamo, this.atlas].map((worker) => worker[Symbol.asyncDispose]()));
  }
}
