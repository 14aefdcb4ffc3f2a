// lib/data/table.ts: the DynamoDB table, as functions/ledger/model/table.ts defines it.
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ANNOTATING_ATTRIBUTES } from '../../functions/ledger/annotations/attributes.ts';
import { ANNOTATED_DAY_ATTRIBUTES } from '../../functions/ledger/days/annotated-days.ts';
import { WITHDRAWING_ATTRIBUTES } from '../../functions/ledger/expected/items.ts';
import { INDEXES, type IndexName, TABLE } from '../../functions/ledger/model/table.ts';
import {
  ANNOTATED_DAYS,
  COVERAGE_TOTALS_KEY,
  DAYS_KEY,
  expectedPk,
  projectPk,
  REQUESTED_REPORTS_KEY,
  runPk,
  VERDICTS_PK,
} from '../../functions/ledger/table/keys.ts';
import type { NodeFunction } from '../compute/node-function.ts';

/** A table of this ledger that the stack did not create: one that another stack left, or that was restored from a backup. */
export interface ExistingTable {
  /** In this account and region. */
  readonly tableName: string;
  /** Of its latest stream. */
  readonly streamArn: string;
  /** Of the customer's key that it is encrypted with. @default a key that DynamoDB owns or manages */
  readonly keyArn?: string | undefined;
}

export interface LedgerTableProps {
  /** To be used instead of creating one. The plan function checks its keys, indexes and stream. @default one is created */
  readonly existing?: ExistingTable | undefined;
  /** @default a key that DynamoDB owns, free of charge */
  readonly encryptionKey?: IKey | undefined;
  /** RETAIN also protects the table from being deleted by hand. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

type Action = 'DescribeTable' | 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem';
const WRITES: readonly Action[] = ['PutItem', 'UpdateItem'];
const KEY_WRITES = ['kms:Encrypt', 'kms:GenerateDataKey'];

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** With point-in-time recovery, a stream of changes, and protection from changes of this stack. */
export class LedgerTable extends Construct {
  readonly table: ITable;
  readonly isExisting: boolean;
  readonly #keyArn: string | undefined;

  constructor(
    scope: Construct,
    id: string,
    { existing, encryptionKey, removalPolicy = RemovalPolicy.RETAIN }: LedgerTableProps = {},
  ) {
    super(scope, id);
    this.isExisting = existing !== undefined;
    this.#keyArn = existing ? existing.keyArn : encryptionKey?.keyArn;
    this.table = existing ? this.#adopted(existing) : this.#created(encryptionKey, removalPolicy);
  }

  #adopted({ tableName, streamArn: tableStreamArn }: ExistingTable): ITable {
    return Table.fromTableAttributes(this, 'Existing', { tableName, tableStreamArn });
  }

  #created(encryptionKey: IKey | undefined, removalPolicy: RemovalPolicy): ITable {
    // Not TableV2: that takes a customer's key only where the template names its region (docs/decisions/0011-table.md).
    const table = new Table(this, 'Table', {
      partitionKey: text(TABLE.partition),
      sortKey: text(TABLE.sort),
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...(encryptionKey
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }
        : { encryption: TableEncryption.DEFAULT }),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      stream: StreamViewType[TABLE.stream],
      timeToLiveAttribute: TABLE.ttl,
      removalPolicy,
    });
    for (const [indexName, { partition, sort, fields }] of Object.entries(INDEXES)) {
      table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partition),
        sortKey: text(sort),
        projectionType: ProjectionType.INCLUDE,
        nonKeyAttributes: [...fields],
      });
    }
    return table as ITable; // they differ in how an absent stream is spelled
  }

  get tableName() {
    return this.table.tableName;
  }

  /** Of its stream of changes. */
  get streamArn(): string {
    const { tableStreamArn } = this.table;
    if (tableStreamArn === undefined)
      throw new Error('the table has no stream: functions/ledger/model/table.ts names its view');
    return tableStreamArn;
  }

  /** Every change of every item, with the item before and after; not the table itself. */
  grantStream(grantee: NodeFunction) {
    grantee.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [this.streamArn]);
    grantee.allowOnEverything(
      ['dynamodb:ListStreams'],
      'Lambda needs it, and DynamoDB has no ARN for a list of streams.',
    );
    if (this.#keyArn) grantee.allow(['kms:Decrypt'], [this.#keyArn]);
  }

  /** Exactly these actions on the table, and Query on these indexes. */
  grant(grantee: NodeFunction, actions: readonly Action[], indexes: readonly IndexName[] = []) {
    grantee.allow(
      actions.map((action) => `dynamodb:${action}`),
      [this.table.tableArn],
    );
    if (indexes.length > 0) {
      const arns = indexes.map((name) => `${this.table.tableArn}/index/${name}`);
      grantee.allow(['dynamodb:Query'], arns);
    }
    // DynamoDB uses a customer's key with the caller's permissions.
    const writes = actions.some((action) => WRITES.includes(action)) ? KEY_WRITES : [];
    if (this.#keyArn) grantee.allow(['kms:Decrypt', 'kms:DescribeKey', ...writes], [this.#keyArn]);
  }

  /** Reading, writing what is known of projects, of days and of the coverage's totals, and deleting in the partitions of projects. */
  grantLetGo(grantee: NodeFunction) {
    this.grant(grantee, ['BatchGetItem', 'GetItem', 'Query'], ['byCluster', 'feed']);
    const within = (...keys: string[]) => ({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
      Null: { 'dynamodb:LeadingKeys': 'false' }, // "for all" is also true of none
    });
    const { tableArn } = this.table;
    grantee.allow(
      ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
      [tableArn],
      within(projectPk('*'), DAYS_KEY.pk, COVERAGE_TOTALS_KEY.pk),
    );
    grantee.allow(['dynamodb:DeleteItem'], [tableArn], within(projectPk('*'), VERDICTS_PK));
    if (this.#keyArn) grantee.allow(KEY_WRITES, [this.#keyArn]);
  }

  /** The days that somebody wrote to, and the jobs that were requested on them. */
  grantFindChanges(grantee: NodeFunction) {
    const within = (...keys: string[]) => ({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
      Null: { 'dynamodb:LeadingKeys': 'false' }, // "for all" is also true of none
    });
    const { tableArn } = this.table;
    grantee.allow(['dynamodb:Query'], [tableArn], within(DAYS_KEY.pk, ANNOTATED_DAYS));
    grantee.allow(['dynamodb:BatchGetItem'], [tableArn], within(projectPk('*'), DAYS_KEY.pk));
    grantee.allow(['dynamodb:Query'], [`${tableArn}/index/${'feed' satisfies IndexName}`]);
    if (this.#keyArn) grantee.allow(['kms:Decrypt', 'kms:DescribeKey'], [this.#keyArn]);
  }

  /** For whoever may read already: counting the jobs of all projects, by the index over them. */
  grantCountJobs(grantee: NodeFunction) {
    const index: IndexName = 'feed';
    grantee.allow(['dynamodb:Scan'], [`${this.table.tableArn}/index/${index}`]);
  }

  /** Reading all that a report and an anchor tell of: every project, job and run, and the index over all jobs. */
  grantReadAll(grantee: NodeFunction) {
    this.grant(grantee, ['BatchGetItem', 'GetItem', 'Query'], ['byCluster', 'byStatus', 'feed']);
    this.grantCountJobs(grantee);
  }

  /** For whoever may read already: the keys of all items, by which an anchor finds the projects that no index has. */
  grantFindStrays(grantee: NodeFunction) {
    grantee.allow(['dynamodb:Scan'], [this.table.tableArn]);
  }

  /** For whoever may read already: adding runs, which have partitions of their own, but no jobs or coverage. */
  grantAddRuns(grantee: NodeFunction) {
    const onlyRuns = {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [runPk('*')] },
      Null: { 'dynamodb:LeadingKeys': 'false' }, // "for all" is also true of none
    };
    grantee.allow(['dynamodb:PutItem'], [this.table.tableArn], onlyRuns);
    if (this.#keyArn) grantee.allow(KEY_WRITES, [this.#keyArn]);
  }

  /** For whoever may read already: which reports were asked for, and how they stand. */
  grantRequestReports(grantee: NodeFunction) {
    const onlyReports = {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [REQUESTED_REPORTS_KEY.pk] },
      Null: { 'dynamodb:LeadingKeys': 'false' }, // "for all" is also true of none
    };
    grantee.allow(['dynamodb:PutItem'], [this.table.tableArn], onlyReports);
    if (this.#keyArn) grantee.allow(KEY_WRITES, [this.#keyArn]);
  }

  /** For whoever may read already: annotations of jobs, the history with them, marks of verdicts, and the days whose jobs have some; nothing that Atlas said, nor any other item. */
  grantAnnotate(grantee: NodeFunction) {
    const attributes = [TABLE.partition, TABLE.sort, ...ANNOTATING_ATTRIBUTES];
    const onlyAnnotations = {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [projectPk('*'), VERDICTS_PK] },
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
      StringEquals: { 'dynamodb:ReturnValues': 'NONE' },
      Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' }, // "for all" is also true of none
    };
    grantee.allow(['dynamodb:UpdateItem'], [this.table.tableArn], onlyAnnotations);
    const onlyDays = {
      ...onlyAnnotations,
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [ANNOTATED_DAYS] },
      'ForAllValues:StringEquals': {
        'dynamodb:Attributes': [TABLE.partition, TABLE.sort, ...ANNOTATED_DAY_ATTRIBUTES],
      },
    };
    grantee.allow(['dynamodb:UpdateItem'], [this.table.tableArn], onlyDays);
    if (this.#keyArn) grantee.allow(KEY_WRITES, [this.#keyArn]);
  }

  /** For whoever may annotate: announcing restores, which have partitions of their own, and withdrawing that, but not which came. */
  grantAnnounce(grantee: NodeFunction) {
    const ofRestores = { 'dynamodb:LeadingKeys': [expectedPk('*')] };
    const { tableArn } = this.table;
    grantee.allow(['dynamodb:PutItem'], [tableArn], {
      'ForAllValues:StringLike': ofRestores,
      Null: { 'dynamodb:LeadingKeys': 'false' }, // "for all" is also true of none
    });
    grantee.allow(['dynamodb:UpdateItem'], [tableArn], {
      'ForAllValues:StringLike': ofRestores,
      'ForAllValues:StringEquals': {
        'dynamodb:Attributes': [TABLE.partition, TABLE.sort, ...WITHDRAWING_ATTRIBUTES],
      },
      StringEquals: { 'dynamodb:ReturnValues': 'NONE' },
      Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
    });
  }
}
