// lib/data/lake-catalog.ts: the lake as a table of Glue, and a workgroup of Athena with questions to it.
import { Aws } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { COLUMNS } from '../../functions/lake/columns.ts';
import { DAY, FIRST_DAY } from '../../functions/lake/layout.ts';
import type { LakeBucket } from './lake-bucket.ts';
import { LAKE_QUERIES } from './lake-queries.ts';

/** What one query may read at most. A year of 1,000,000 changes is some 100 MB. */
const MAX_BYTES = 10 * 1024 ** 3;
const PARQUET = 'org.apache.hadoop.hive.ql.io.parquet';

/** Without a crawler: the days follow from the calendar. */
export class LakeCatalog extends Construct {
  readonly databaseName: string;
  readonly workGroupName: string;

  constructor(scope: Construct, id: string, { ledgerName, bucket }: { ledgerName: string; bucket: LakeBucket }) {
    super(scope, id);
    this.databaseName = ledgerName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: {
        name: this.databaseName,
        description: 'Changes of MongoDB Atlas restore jobs, as a ledger recorded them',
      },
    });
    const table = new CfnTable(this, 'Changes', {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: database.ref,
      tableInput: {
        name: 'changes',
        description: 'A row for each change of a restore job, with the job as it was after it',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: DAY, type: 'string', comment: 'Of the change, in UTC: 2026-11-28.' }],
        parameters: {
          EXTERNAL: 'TRUE',
          classification: 'parquet',
          'projection.enabled': 'true',
          [`projection.${DAY}.type`]: 'date',
          [`projection.${DAY}.format`]: 'yyyy-MM-dd',
          [`projection.${DAY}.range`]: `${FIRST_DAY},NOW`,
          [`projection.${DAY}.interval`]: '1',
          [`projection.${DAY}.interval.unit`]: 'DAYS',
          'storage.location.template': `${bucket.location}${DAY}=\${${DAY}}/`,
        },
        storageDescriptor: {
          columns: COLUMNS.map(({ name, type, means }) => ({ name, type, comment: means })),
          location: bucket.location,
          inputFormat: `${PARQUET}.MapredParquetInputFormat`,
          outputFormat: `${PARQUET}.MapredParquetOutputFormat`,
          serdeInfo: { serializationLibrary: `${PARQUET}.serde.ParquetHiveSerDe` },
        },
      },
    });
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: `${ledgerName}-lake`,
      description: 'Questions to the changes of MongoDB Atlas restore jobs',
      recursiveDeleteOption: true, // else its history keeps the stack from being deleted
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: MAX_BYTES,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: bucket.resultLocation,
          encryptionConfiguration: bucket.encryption,
          expectedBucketOwner: Aws.ACCOUNT_ID,
        },
      },
    });
    this.workGroupName = workGroup.ref;
    for (const { name, question, sql } of LAKE_QUERIES) {
      const query = new CfnNamedQuery(this, name, {
        name,
        description: question,
        database: this.databaseName,
        workGroup: workGroup.ref,
        queryString: sql,
      });
      query.addResourceDependency(table);
    }
  }
}
