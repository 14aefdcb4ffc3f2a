// bench/cold/surroundings.ts is what functions find around them here: a table, Atlas, and something that stands for the rest of AWS.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { BenchAtlas } from '../atlas/atlas.ts';
import { BenchDynamo } from '../dynamo/dynamo.ts';
import { TABLE } from '../dynamo/orders.ts';
import { ToldProcess } from '../dynamo/told-process.ts';
import type { Bundler } from '../harness/bundle.ts';
import type { AwsOrders } from './aws-orders.ts';

/** Small: what a start costs is asked, not what an order does. */
const WORLD = { clusters: 2, jobs: 10 };
const REGION = 'us-east-1';

export class Surroundings implements AsyncDisposable {
  readonly atlas: BenchAtlas;
  readonly dynamo: BenchDynamo;
  readonly aws: ToldProcess<AwsOrders>;
  /** The same table that the functions have, seen from here. */
  readonly ledger: Ledger;
  /** Of every function; nothing else is in it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #client: DynamoDBClient;

  private constructor(atlas: BenchAtlas, dynamo: BenchDynamo, aws: ToldProcess<AwsOrders>, awsUrl: string) {
    this.atlas = atlas;
    this.dynamo = dynamo;
    this.aws = aws;
    const { endpoint, secureEndpoint } = dynamo.access;
    this.#client = new DynamoDBClient({
      endpoint,
      region: REGION,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    this.ledger = tableLedger({ tableName: TABLE, client: this.#client });
    this.environment = {
      ...{ TABLE_NAME: TABLE, ATLAS_SECRET_ID: 'atlas/key', EVENT_BUS_NAME: 'ledger' },
      ...{ COLLECT_QUEUE_URL: `${awsUrl}/000000000000/orders`, MONGODB_ATLAS_BASE_URL: atlas.access.url },
      ...{ PLAN_FUNCTION_NAME: 'plan', AWS_LAMBDA_FUNCTION_NAME: 'bench', LOG_LEVEL: 'INFO' },
      ...{ AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench', AWS_SESSION_TOKEN: 'bench' },
      // HTTPS, as in AWS: over plain HTTP, the SDK would load modules that it never loads there.
      ...{ AWS_ENDPOINT_URL: awsUrl, AWS_ENDPOINT_URL_DYNAMODB: secureEndpoint, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      ...{ PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1' },
    };
  }

  static async start(bundler: Bundler): Promise<Surroundings> {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const [atlas, dynamo] = await Promise.all([BenchAtlas.start(WORLD, bundler), BenchDynamo.start()]);
    const aws = new ToldProcess<AwsOrders>(new URL('./aws-process.ts', import.meta.url));
    const secret = JSON.stringify(atlas.access.apiKey);
    return new Surroundings(atlas, dynamo, aws, await aws.tell('start', { secret }));
  }

  async [Symbol.asyncDispose]() {
    this.#client.destroy();
    await this.aws[Symbol.asyncDispose]();
    await this.dynamo[Symbol.asyncDispose]();
    await this.atlas[Symbol.asyncDispose]();
  }
}
