// lib/services/api.ts: the API's function, which can annotate jobs and announce restores but write nothing else of them, read the secret or call Atlas; and the
// way in.
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { NodeFunction } from '../compute/node-function.ts';
import type { LedgerTable } from '../data/table.ts';
import { longestMinutesBetween } from '../settings/schedule.ts';
import { hasSignIn, type Settings } from '../settings/settings.ts';
import type { Edge } from './edge.ts';
import { privateEdge } from './private-edge.ts';
import { publicEdge } from './public-edge.ts';
import { SignIn } from './sign-in.ts';

export interface ApiProps {
  readonly table: LedgerTable;
  /** Starts runs, for POST /runs. @default none can be started: it is a hub's */
  readonly plan?: NodeFunction | undefined;
  readonly settings: Settings;
  /** Of the logs. @default a key that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

export class Api extends Construct {
  readonly function: NodeFunction;
  readonly edge: Edge;
  readonly signIn: SignIn | undefined;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { table, plan, settings, encryptionKey } = props;
    this.function = new NodeFunction(this, 'Handler', {
      handler: 'api',
      description: 'Answers questions about restore jobs over HTTP',
      timeout: Duration.seconds(29), // API Gateway waits for 30, or 29 of a REST API
      memoryMb: settings.apiMemoryMb,
      environment: {
        TABLE_NAME: table.tableName,
        RUN_RETENTION_DAYS: String(settings.runRetentionDays),
        PLAN_FUNCTION_NAME: plan?.function.functionName,
        OBJECTIVES: settings.objectives.length > 0 ? JSON.stringify(settings.objectives) : undefined,
        ANNOTATIONS: plan && knowsCallers(settings) ? 'true' : undefined,
        EXPECTED_RUN_MINUTES: plan && longestMinutesBetween(settings.schedule)?.toString(),
      },
      settings,
      encryptionKey,
    });
    table.grant(this.function, ['BatchGetItem', 'GetItem', 'Query'], ['byCluster', 'byStatus', 'feed']);
    table.grantCountJobs(this.function);
    if (plan) {
      table.grantAddRuns(this.function); // a run is recorded when it is accepted
      // A hub's histories are its spokes': annotations are made there.
      if (knowsCallers(settings) || (hasSignIn(settings) && settings.signInAnnotateValues.length > 0))
        table.grantAnnotate(this.function);
      if (knowsCallers(settings)) table.grantAnnounce(this.function);
      this.function.allow(['lambda:InvokeFunction'], [plan.function.functionArn]);
    }

    const edge = settings.httpApi === 'private' ? privateEdge : publicEdge;
    this.edge = edge(this, { handler: this.function.function, settings, encryptionKey });
    if (!hasSignIn(settings)) return;
    const takesAnnotations = plan !== undefined;
    this.signIn = new SignIn(this, 'SignIn', { settings, takesAnnotations, encryptionKey, url: this.edge.url });
    this.function.addEnvironment(this.signIn.environment);
    this.signIn.grantRead(this.function);
  }
}

/** Where every caller outside of the pages for browsers is known by name, and may be let read without being let annotate. */
const knowsCallers = ({ apiAuthorization, jwtAnnotateScopes }: Settings) =>
  apiAuthorization === 'iam' || jwtAnnotateScopes.length > 0;
