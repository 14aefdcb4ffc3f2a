import { describe, expect, test } from 'vitest';
import {
  archivedClusterKey,
  coveragePartKey,
  expectedKey,
  jobKey,
  type Key,
  planKey,
  projectKey,
  runKey,
  SCOPE_KEY,
} from '../../../functions/ledger/table/keys.ts';
import { hubSettings, notifySettings } from '../../../functions/runtime/settings.ts';
import { readSettings } from '../../../lib/settings/read-settings.ts';
import { grants, nameOf, plain } from '../grants.ts';
import { templateOf } from '../template.ts';
import { matches } from './event-pattern.ts';

const HUB_BUS = 'arn:aws:events:eu-west-1:999999999999:event-bus/Hub';
const HUB = { role: 'hub', organizationId: 'o-exampleorg' };
const SPOKE = { role: 'spoke', hubBusArn: HUB_BUS };

const only = (type: string, start: string, given: Record<string, unknown>) => {
  const found = Object.entries(templateOf(given).findResources(type)).filter(([id]) => id.startsWith(start));
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
};
const environment = (start: string, given: Record<string, unknown>) => {
  const { Variables } = only('AWS::Lambda::Function', start, given).Environment;
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, nameOf(value)]));
};
const alarms = (given: Record<string, unknown>) =>
  Object.values(templateOf(given).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
    nameOf(Properties.AlarmName).replace(/^.*-/, ''),
  );

describe('a spoke', () => {
  test('sends records and events to the bus of the hub, and keeps what does not get there', () => {
    const rule = only('AWS::Events::Rule', 'ForwardingRule', SPOKE);
    const source = ['atlas-restore-ledger.record', 'atlas-restore-ledger'];
    expect(rule.EventPattern).toEqual({ source, detail: { ledger: ['AtlasRestoreLedger', { exists: false }] } });
    for (const each of source) {
      expect(matches({ source: each, detail: { ledger: 'AtlasRestoreLedger' } }, rule.EventPattern)).toBe(true);
      expect(matches({ source: each, detail: { ledger: 'Another' } }, rule.EventPattern)).toBe(false); // on the same bus
    }
    expect(rule.Targets).toEqual([
      expect.objectContaining({
        Arn: HUB_BUS,
        RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^ForwardingRole/), 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^ForwardingNotForwarded/), 'Arn'] } },
      }),
    ]);
    expect(grants(SPOKE).ForwardingRole).toEqual([`events:PutEvents on ${HUB_BUS}`]);
    expect(alarms(SPOKE)).toContain('EventsNotForwarded');
    expect(alarms({})).not.toContain('EventsNotForwarded');
  });

  test('grants its functions no more than a ledger by itself does', () => {
    const { ForwardingRole: _, ...others } = grants(SPOKE);
    expect(others).toEqual(grants());
  });

  test('has its notify function send records, and say how often runs are due', () => {
    const { spoke } = notifySettings(environment('ChangeFeedNotifyFunction', SPOKE));
    expect(spoke).toEqual({ ledger: 'AtlasRestoreLedger', everyMinutes: 15 });
    expect(notifySettings(environment('ChangeFeedNotifyFunction', {})).spoke).toBeUndefined();
    for (const [given, forwards] of [[SPOKE, 'true'] as const, [{}, undefined] as const])
      expect(environment('CollectionCollectFunction', given).FORWARD_RECORDS).toBe(forwards);
  });

  const project = '620a2e60145026559559a757';
  const id = '692302a0c4b1d2e3f4a5b6c7';
  test.each<[boolean, Key, string, string?]>([
    [true, jobKey(project, id), 'MODIFY', 'RUNNING'],
    [true, projectKey(project), 'INSERT'],
    [true, coveragePartKey(project, 'A', 0), 'INSERT'],
    [true, archivedClusterKey(project, 'c', id), 'INSERT'],
    [true, SCOPE_KEY, 'MODIFY'],
    [true, runKey(id), 'MODIFY', 'complete'],
    [false, runKey(id), 'MODIFY', 'running'],
    [false, planKey(id, 0), 'INSERT'],
    [false, expectedKey(project, id), 'INSERT'],
    [true, expectedKey(project, id), 'MODIFY', 'missed'],
  ])('starts notify: %s, for %j, %s', (starts, { pk, sk }, eventName, state) => {
    const NewImage =
      state === 'missed' ? { missedAt: { S: '2026-11-23T12:00:00Z' } } : state ? { status: { S: state } } : {};
    const record = { eventName, dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, NewImage } };
    const filters: { Pattern: string }[] = only('AWS::Lambda::EventSourceMapping', 'ChangeFeedChanges', SPOKE)
      .FilterCriteria.Filters;
    expect(filters.some(({ Pattern }) => matches(record, JSON.parse(Pattern)))).toBe(starts);
  });
});

describe('a hub', () => {
  const policy = (given: Record<string, unknown>) => only('AWS::Events::EventBusPolicy', 'HubSpokes', given).Statement;

  test('lets in the events of this program alone, from the organization, or from the accounts that are named', () => {
    const ours = {
      'ForAllValues:StringEquals': { 'events:source': ['atlas-restore-ledger.record', 'atlas-restore-ledger'] },
      Null: { 'events:source': 'false' },
    };
    expect(policy(HUB)).toMatchObject({
      Action: 'events:PutEvents',
      Principal: { AWS: '*' },
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^HubBus/), 'Arn'] },
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg' }, ...ours },
    });
    const named = policy({ role: 'hub', organizationId: '', spokeAccounts: ['111111111111'] });
    expect(named.Principal.AWS.map(nameOf)).toEqual(['arn:AWS::Partition:iam::111111111111:root']);
    expect(named.Condition).toEqual(ours);
  });

  test('writes records from its queue, message by message, and keeps what it can not write', () => {
    expect(only('AWS::Lambda::EventSourceMapping', 'HubRecords', HUB)).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [expect.stringMatching(/^HubQueue/), 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(only('AWS::Events::Rule', 'HubRule', HUB)).toMatchObject({
      EventPattern: { source: ['atlas-restore-ledger.record'] }, // of whichever spoke
      Targets: [{ DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^HubUnqueued/), 'Arn'] } } }],
    });
    const given = { ...HUB, spokeAccounts: ['111111111111', '222222222222'] };
    expect(hubSettings(environment('HubWriterFunction', given))).toMatchObject({
      organizationId: 'o-exampleorg',
      spokeAccounts: ['111111111111', '222222222222'],
    });
  });

  test('lets each role do exactly this', () => {
    const { HubWriterRole, HubCheckRole, ApiHandlerRole, MessagesMessageRole: _, ...others } = grants(HUB);
    expect(others).toEqual({});
    expect(HubWriterRole).toEqual([
      'dynamodb:BatchGetItem on LedgerTable',
      'dynamodb:GetItem on LedgerTable',
      'dynamodb:PutItem on LedgerTable',
      'dynamodb:Query on LedgerTable',
      'dynamodb:Query on LedgerTable/index/byStatus',
      'dynamodb:Query on LedgerTable/index/feed',
      'dynamodb:UpdateItem on LedgerTable',
      'logs:CreateLogStream on HubWriterLogs',
      'logs:PutLogEvents on HubWriterLogs',
      'sqs:DeleteMessage on HubQueue',
      'sqs:GetQueueAttributes on HubQueue',
      'sqs:ReceiveMessage on HubQueue',
    ]);
    expect(HubCheckRole).toEqual(['lambda:InvokeFunction on HubWriterFunction']);
    expect(ApiHandlerRole?.filter((line) => /Put|Invoke/.test(line))).toEqual(['logs:PutLogEvents on ApiHandlerLogs']);
  });

  test('shows on a dashboard which spokes are silent, what it does not hold, and what waits', () => {
    const { DashboardBody } = only('AWS::CloudWatch::Dashboard', 'Dashboard', HUB);
    const body = JSON.stringify(DashboardBody);
    for (const part of ['SpokesSilent', 'ProjectsBehind', 'HubQueue', 'HubDeadLetters', 'HubUnqueued', 'ApiHandler'])
      expect(body).toContain(part);
    expect(body.match(/AlarmsSpokeSilent/g)).toHaveLength(1);
    expect(templateOf(HUB).toJSON().Outputs.DashboardUrl.Description).toBe('CloudWatch dashboard');
    const without = { ...HUB, dashboard: false };
    expect(templateOf(without).findResources('AWS::CloudWatch::Dashboard')).toEqual({});
    expect(JSON.stringify(only('AWS::CloudWatch::Dashboard', 'Dashboard', { ...HUB, httpApi: 'none' }))).not.toContain(
      'ApiHandler',
    );
  });

  test('has functions with the instruction set and memory of choice', () => {
    const given = { ...HUB, architecture: 'x86_64', apiMemoryMb: 512 };
    expect(only('AWS::Lambda::Function', 'HubWriterFunction', given).Architectures).toEqual(['x86_64']);
    expect(only('AWS::Lambda::Function', 'ApiHandlerFunction', given).MemorySize).toBe(512);
  });

  test('has no schedule of runs, no secret, and an alarm for each thing that can go wrong', () => {
    const template = templateOf(HUB);
    expect(template.findResources('AWS::SecretsManager::Secret')).toEqual({});
    expect(Object.keys(template.findResources('AWS::Scheduler::Schedule')).map(plain)).toEqual(['HubChecks']);
    expect(alarms(HUB).sort()).toEqual([
      ...['ApiErrors', 'HubBehind', 'HubErrors', 'MessagesUndelivered', 'RecordsDeadLettered', 'RecordsUnqueued'],
      ...['SpokeSilent', 'ThrottledPutItem', 'ThrottledUpdateItem'],
    ]);
  });
});

describe('settings of roles', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ role: 'spoke' }, 'hubBusArn: got nothing'],
    [{ role: 'hub' }, 'organizationId, spokeAccounts: got neither'],
    [{ hubBusArn: HUB_BUS }, 'hubBusArn: got '],
    [{ organizationId: 'o-exampleorg' }, 'only with role=hub'],
    [{ ...HUB, schedule: 'rate(1 hour)' }, 'schedule: got "rate(1 hour)", allowed: only with role=single or spoke'],
    [{ ...HUB, organizationId: 'x' }, 'organizationId: got "x", allowed: an id such as'],
    [{ ...HUB, spokeAccounts: ['1'] }, 'spokeAccounts: got ["1"]'],
    [{ ...SPOKE, hubBusArn: 'Hub' }, 'hubBusArn: got "Hub"'],
    [{ ...SPOKE, jobRetentionDays: 365 }, 'jobRetentionDays: got 365, allowed: only with role=single'],
    [{ ...HUB, jobRetentionDays: 365 }, 'jobRetentionDays: got 365, allowed: only with role=single or spoke'],
  ])('%j: %s', (ledger, problem) => {
    expect(() => readSettings({ ledger })).toThrow(problem);
  });
});
