// lib/stack-props.ts turns settings into the stack's props.
import { Duration, PermissionsBoundary, RemovalPolicy } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { LedgerStackProps } from './ledger-stack.ts';
import type { ApiAuthorization } from './services/api.ts';
import { rulesOf } from './settings/rules.ts';
import type { Settings } from './settings/settings.ts';

export function stackProps(settings: Settings): LedgerStackProps {
  const { removalPolicy, permissionsBoundary, encryption, fixedAddresses, alarmAfterMinutes } = settings;
  return {
    stackName: settings.stackName,
    description: 'Keeps the history of every MongoDB Atlas restore job',
    tags: settings.tags,
    ...(permissionsBoundary ? { permissionsBoundary: PermissionsBoundary.fromArn(permissionsBoundary) } : {}),
    removalPolicy: removalPolicy === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    encryption: encryption === 'aws' ? undefined : encryption,
    credentials: { existing: settings.secrets, existingKeys: settings.secretKeys },
    network: fixedAddresses > 0 ? { addresses: fixedAddresses, cidr: settings.vpcCidr } : undefined,
    functions: {
      architecture: settings.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      logLevel: settings.logLevel,
      logRetention: settings.logRetentionDays,
      sourceMaps: settings.sourceMaps,
      tracing: settings.tracing,
    },
    collection: {
      schedule: settings.schedule,
      timeZone: settings.timeZone,
      kinds: settings.kinds,
      includeProjects: settings.includeProjects,
      excludeProjects: settings.excludeProjects,
      includeClusters: settings.includeClusters,
      excludeClusters: settings.excludeClusters,
      atlasBaseUrl: settings.atlasBaseUrl,
      fullReadEvery: Duration.hours(settings.fullReadHours),
      followAfter: Duration.seconds(settings.followSeconds),
      rules: rulesOf(settings),
      maxEventAge: Duration.hours(settings.maxEventAgeHours),
      runRetention: Duration.days(settings.runRetentionDays),
      concurrency: settings.collectConcurrency,
      timeout: Duration.seconds(settings.collectTimeoutSeconds),
      maxReceives: settings.maxReceives,
      planMemoryMb: settings.planMemoryMb,
      collectMemoryMb: settings.collectMemoryMb,
    },
    changeFeed: { eventBus: settings.eventBus || undefined, memoryMb: settings.notifyMemoryMb },
    messages: {
      severities: settings.messageSeverities,
      email: settings.messageEmail || undefined,
      topicArn: settings.messageTopic || undefined,
    },
    api: {
      authorization: authorization(settings),
      corsOrigins: settings.corsOrigins,
      requestsPerSecond: settings.apiRequestsPerSecond,
      memoryMb: settings.apiMemoryMb,
    },
    monitoring: {
      alarmAfter: alarmAfterMinutes > 0 ? Duration.minutes(alarmAfterMinutes) : undefined,
      email: settings.alarmEmail || undefined,
      topicArn: settings.alarmTopic || undefined,
      runbookUrl: settings.runbookUrl,
      dashboard: settings.dashboard,
    },
  };
}

function authorization({ apiAuthorization: by, jwtIssuer: issuer, jwtAudience: audience }: Settings): ApiAuthorization {
  return by === 'jwt' ? { by, issuer, audience } : { by };
}
