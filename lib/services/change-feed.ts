// lib/services/change-feed.ts tells what changed in the table: from its stream, by the notify function, to an event bus.
import { Duration } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Run } from '../../functions/ledger/model/run.ts';
import { coverageKey, jobSk, projectKey, projectPk, runKey, runPk } from '../../functions/ledger/table/keys.ts';
import { type FunctionDefaults, NodeFunction } from '../compute/node-function.ts';
import { deadLetters } from '../compute/queue.ts';
import type { LedgerTable } from '../data/table.ts';

export interface ChangeFeedProps {
  /** Whose stream is read. The function may read the stream, and not the table. */
  readonly table: LedgerTable;
  /** What its metrics are called by. */
  readonly ledgerName: string;
  /** Name or ARN of an existing bus in this account and region, or 'default'. @default one of its own, named as the ledger */
  readonly eventBus?: string | undefined;
  /** A restore that ended longer ago than this when it is first seen emits no events. @default Duration.hours(24) */
  readonly maxEventAge?: Duration | undefined;
  /** @default 256 */
  readonly memoryMb?: number | undefined;
  /** Of the bus that is made and of the queue. @default keys that AWS owns */
  readonly encryptionKey?: IKey | undefined;
  readonly defaults?: FunctionDefaults | undefined;
}

/** The stream keeps a change for 24 hours: half of them to tell it by itself, half for people to tell it by hand. */
const TRIED_FOR = Duration.hours(12);

export class ChangeFeed extends Construct {
  readonly bus: IEventBus;
  readonly notify: NodeFunction;
  /** Where in the stream the changes are that could not be published. */
  readonly unpublished: Queue;

  constructor(scope: Construct, id: string, props: ChangeFeedProps) {
    super(scope, id);
    const { table, ledgerName, eventBus, maxEventAge, memoryMb = 256, encryptionKey, defaults } = props;
    this.bus = eventBus ? this.#existing(eventBus) : this.#own(ledgerName, encryptionKey);
    this.unpublished = deadLetters(this, 'Unpublished', "the table's stream", encryptionKey);
    this.notify = new NodeFunction(this, 'Notify', {
      handler: 'notify',
      description: 'Tells what changed in the ledger, as events',
      timeout: Duration.minutes(1),
      memoryMb,
      environment: {
        EVENT_BUS_NAME: this.bus.eventBusName,
        MAX_EVENT_AGE_HOURS: maxEventAge?.toHours().toString(),
        LEDGER_NAME: ledgerName,
      },
      defaults,
    });
    table.grantStream(this.notify);
    this.notify.allow(['events:PutEvents'], [this.bus.eventBusArn]);
    this.notify.allow(['sqs:SendMessage'], [this.unpublished.queueArn]);
    if (encryptionKey) this.notify.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [encryptionKey.keyArn]);

    const changes = new EventSourceMapping(this, 'Changes', {
      target: this.notify.function,
      eventSourceArn: table.streamArn,
      filters: TOLD,
      startingPosition: StartingPosition.TRIM_HORIZON, // from before this feed was made, so that nothing falls in between
      batchSize: 100,
      parallelizationFactor: 1, // the changes of an item in order
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 100,
      maxRecordAge: TRIED_FOR,
      onFailure: { bind: () => ({ destination: this.unpublished.queueArn }) }, // granted above
    });
    changes.node.addDependency(this.notify.role); // Lambda checks at creation that the role may read the stream
  }

  #own(eventBusName: string, kmsKey?: IKey) {
    const description = 'What changes in the Atlas Restore Ledger';
    const bus = new EventBus(this, 'Bus', { eventBusName, description, ...(kmsKey ? { kmsKey } : {}) });
    return bus as unknown as IEventBus; // they differ in how an absent policy is spelled
  }

  #existing(nameOrArn: string) {
    return nameOrArn.startsWith('arn:')
      ? EventBus.fromEventBusArn(this, 'Bus', nameOrArn)
      : EventBus.fromEventBusName(this, 'Bus', nameOrArn);
  }
}

/** Jobs, the coverage of a project, what changes of a known project, and runs that have ended; nothing that expired. All else would start the function for nothing. */
const RUNNING: Run['status'] = 'running';
const written = (pk: string, sk: unknown, more: Record<string, unknown> = {}, events = ['INSERT', 'MODIFY']) =>
  FilterCriteria.filter({
    eventName: FilterRule.or(...events),
    dynamodb: { Keys: { pk: { S: FilterRule.beginsWith(pk) }, sk: { S: sk } }, ...more },
  });
const TOLD = [
  written(projectPk(''), FilterRule.beginsWith(jobSk(''))),
  written(projectPk(''), FilterRule.isEqual(coverageKey('').sk)),
  written(projectPk(''), FilterRule.isEqual(projectKey('').sk), {}, ['MODIFY']),
  written(runPk(''), FilterRule.isEqual(runKey('').sk), { NewImage: { status: { S: FilterRule.notEquals(RUNNING) } } }),
];
