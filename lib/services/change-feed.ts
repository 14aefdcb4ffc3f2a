// lib/services/change-feed.ts: events on a bus, from the table's stream, by the notify function.
import { Duration } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Run } from '../../functions/ledger/model/run.ts';
import {
  coverageKey,
  expectedPk,
  jobSk,
  projectKey,
  projectPk,
  runKey,
  runPk,
  SCOPE_KEY,
} from '../../functions/ledger/table/keys.ts';
import { defined } from '../../functions/platform/defined.ts';
import { NodeFunction } from '../compute/node-function.ts';
import { deadLetters } from '../compute/queue.ts';
import type { LedgerTable } from '../data/table.ts';
import { longestMinutesBetween } from '../settings/schedule.ts';
import type { Settings } from '../settings/settings.ts';

export interface ChangeFeedProps {
  /** The function may read its stream, and not the table. */
  readonly table: LedgerTable;
  /** The dimension of its metrics. */
  readonly ledgerName: string;
  readonly settings: Settings;
  /** Of the bus that is made, the queue and the logs. @default keys that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

/** The stream keeps a change for 24 hours: half of them for retries, half for people to publish it by hand. */
const TRIED_FOR = Duration.hours(12);

export class ChangeFeed extends Construct {
  readonly bus: IEventBus;
  readonly notify: NodeFunction;
  /** Positions in the stream of changes that could not be published. */
  readonly unpublished: Queue;

  constructor(scope: Construct, id: string, props: ChangeFeedProps) {
    super(scope, id);
    const { table, ledgerName, settings, encryptionKey } = props;
    const { eventBus, maxEventAgeHours, notifyMemoryMb: memoryMb, role, schedule } = settings;
    const isSpoke = role === 'spoke';
    this.bus = eventBus ? this.#existing(eventBus) : this.#own(ledgerName, encryptionKey);
    this.unpublished = deadLetters(this, 'Unpublished', "the table's stream", encryptionKey);
    this.notify = new NodeFunction(this, 'Notify', {
      handler: 'notify',
      description: 'Publishes what changed in the ledger as events',
      timeout: Duration.minutes(1),
      memoryMb,
      environment: {
        EVENT_BUS_NAME: this.bus.eventBusName,
        MAX_EVENT_AGE_HOURS: String(maxEventAgeHours),
        LEDGER_NAME: ledgerName,
        ...(isSpoke && { FORWARD_RECORDS: 'true', EXPECTED_RUN_MINUTES: longestMinutesBetween(schedule)?.toString() }),
      },
      settings,
      encryptionKey,
    });
    table.grantStream(this.notify);
    this.notify.allow(['events:PutEvents'], [this.bus.eventBusArn]);
    this.notify.allow(['sqs:SendMessage'], [this.unpublished.queueArn]);
    if (encryptionKey) this.notify.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [encryptionKey.keyArn]);

    const changes = new EventSourceMapping(this, 'Changes', {
      target: this.notify.function,
      eventSourceArn: table.streamArn,
      filters: isSpoke ? SENT_TO_A_HUB : PUBLISHED,
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
    const bus = new EventBus(this, 'Bus', { eventBusName, description, ...defined({ kmsKey }) });
    return bus as unknown as IEventBus; // they differ in how an absent policy is spelled
  }

  #existing(nameOrArn: string) {
    return nameOrArn.startsWith('arn:')
      ? EventBus.fromEventBusArn(this, 'Bus', nameOrArn)
      : EventBus.fromEventBusName(this, 'Bus', nameOrArn);
  }
}

const RUNNING: Run['status'] = 'running';
const written = (pk: string, sk: unknown, more: Record<string, unknown> = {}, events = ['INSERT', 'MODIFY']) =>
  FilterCriteria.filter({
    eventName: FilterRule.or(...events),
    dynamodb: { Keys: { pk: { S: FilterRule.beginsWith(pk) }, sk: { S: sk } }, ...more },
  });
/** An announced restore that did not come. */
const MISSED = written(expectedPk(''), FilterRule.exists(), { NewImage: { missedAt: { S: FilterRule.exists() } } });
/** What makes events: jobs, a project's coverage, changes of a known project, and ended runs. No deletions: those are expired runs. */
const PUBLISHED = [
  written(projectPk(''), FilterRule.beginsWith(jobSk(''))),
  written(projectPk(''), FilterRule.isEqual(coverageKey('').sk)),
  written(projectPk(''), FilterRule.isEqual(projectKey('').sk), {}, ['MODIFY']),
  written(runPk(''), FilterRule.isEqual(runKey('').sk), { NewImage: { status: { S: FilterRule.notEquals(RUNNING) } } }),
  MISSED,
];
/** A hub takes whatever is known of projects, and the scope, too. */
const SENT_TO_A_HUB = [
  written(projectPk(''), FilterRule.exists()),
  written(SCOPE_KEY.pk, FilterRule.isEqual(SCOPE_KEY.sk)),
  written(runPk(''), FilterRule.isEqual(runKey('').sk), { NewImage: { status: { S: FilterRule.notEquals(RUNNING) } } }),
  MISSED,
];
