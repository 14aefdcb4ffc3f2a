import { describe, expect, test } from 'vitest';
import {
  archivedClusterKey,
  coverageKey,
  expectedKey,
  jobKey,
  type Key,
  partKey,
  planKey,
  projectKey,
  runKey,
  SCOPE_KEY,
} from '../../../functions/ledger/table/keys.ts';
import { EVENT_SOURCE } from '../../../functions/schema/words.ts';
import { templateOf } from '../template.ts';
import { matches } from './event-pattern.ts';

const onlyOne = (type: string, start: string, given: Record<string, unknown> = {}) => {
  const found = Object.entries(templateOf(given).findResources(type)).filter(([id]) => id.startsWith(start));
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
};
const OWN = ['AtlasRestoreLedger', { exists: false }];
const mapping = () => onlyOne('AWS::Lambda::EventSourceMapping', 'ChangeFeedChanges');

describe('the stream of the table reaches the notify function', () => {
  test('in order, from the beginning, and comes again where it failed, until there are hours left to tell it by hand', () => {
    expect(mapping()).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['LedgerTable9343E4AA', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 100,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^ChangeFeedUnpublished/), 'Arn'] } },
      },
    });
    // DynamoDB keeps a change in the stream for a day (developer guide, 2026-08).
    expect(mapping().MaximumRecordAgeInSeconds).toBeLessThanOrEqual(12 * 3_600);
  });

  const project = '620a2e60145026559559a757';
  const id = '692302a0c4b1d2e3f4a5b6c7';
  test.each<[string, boolean, Key, string, string?]>([
    ['a job that is new', true, jobKey(project, id), 'INSERT', 'RUNNING'],
    ['a job that changed', true, jobKey(project, id), 'MODIFY', 'RUNNING'],
    ['the coverage of a project', true, coverageKey(project), 'MODIFY'],
    ['a run that ended', true, runKey(id), 'MODIFY', 'complete'],
    ['a run that failed when it was planned', true, runKey(id), 'MODIFY', 'failed'],
    ['a run that goes on', false, runKey(id), 'MODIFY', 'running'],
    ['a run that expired', false, runKey(id), 'REMOVE'],
    ['a part of a run', false, partKey(id, project), 'INSERT', 'complete'],
    ['a project that is new', false, projectKey(project), 'INSERT'],
    ['a project that changed, perhaps since it is not visible', true, projectKey(project), 'MODIFY'],
    ['what a run is to read', false, planKey(id, 0), 'INSERT'],
    ['when all projects were listed', false, SCOPE_KEY, 'MODIFY'],
    ['the coverage of a cluster that went', false, archivedClusterKey(project, 'JOB#1', id), 'INSERT'],
    ['a restore that somebody announces', false, expectedKey(project, id), 'INSERT'],
    ['an announced restore that did not come', true, expectedKey(project, id), 'MODIFY', 'missed'],
  ])('%s: %s', (_, starts, { pk, sk }, eventName, state) => {
    const image = state === 'missed' ? { missedAt: { S: '2026-11-23T12:00:00Z' } } : { status: { S: state } };
    const NewImage = eventName === 'REMOVE' ? {} : { NewImage: state ? image : {} };
    const record = { eventName, dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, ...NewImage } };
    const filters: { Pattern: string }[] = mapping().FilterCriteria.Filters;
    expect(filters.some(({ Pattern }) => matches(record, JSON.parse(Pattern)))).toBe(starts);
  });

  test('there are no more filters than Lambda takes unasked', () => {
    expect(mapping().FilterCriteria.Filters.length).toBeLessThanOrEqual(5); // quota of 2026-08
  });
});

describe('the event bus', () => {
  const busOf = (given: Record<string, unknown>) => ({
    buses: Object.values(templateOf(given).findResources('AWS::Events::EventBus')).map(
      ({ Properties }) => Properties.Name,
    ),
    variable: onlyOne('AWS::Lambda::Function', 'ChangeFeedNotifyFunction', given).Environment.Variables.EVENT_BUS_NAME,
    rule: onlyOne('AWS::Events::Rule', 'MessagesRule', given).EventBusName,
  });

  test('is one of its own, named as the stack', () => {
    const { buses, variable, rule } = busOf({ stackName: 'Restores' });
    expect(buses).toEqual(['Restores']);
    expect(variable).toEqual({ Ref: expect.stringMatching(/^ChangeFeedBus/) });
    expect(rule).toEqual(variable);
  });

  test.each(['default', 'company', 'arn:aws:events:eu-west-1:111111111111:event-bus/company'])(
    'or an existing one, %s, on which the rule for messages is too: so one that does not exist fails the deployment',
    (eventBus) => {
      const name = eventBus.split('/').at(-1);
      expect(busOf({ eventBus })).toEqual({ buses: [], variable: name, rule: name });
    },
  );
});

describe('messages for people', () => {
  const rule = (given: Record<string, unknown> = {}) => onlyOne('AWS::Events::Rule', 'MessagesRule', given);

  const arnOf = (id: string) => ({ 'Fn::GetAtt': [expect.stringMatching(`^${id}`), 'Arn'] });
  const variables = (given: Record<string, unknown> = {}) =>
    onlyOne('AWS::Lambda::Function', 'MessagesMessageFunction', given).Environment.Variables;

  test('of warnings and worse, or of what was chosen; what can be neither queued nor sent is kept', () => {
    expect(rule()).toMatchObject({
      EventPattern: { source: [EVENT_SOURCE], detail: { ledger: OWN, severity: ['warning', 'critical'] } },
      Targets: [{ Arn: arnOf('MessagesQueue'), DeadLetterConfig: { Arn: arnOf('MessagesUndelivered') } }],
    });
    expect(rule({ messageSeverities: 'critical' }).EventPattern.detail).toEqual({
      ledger: OWN,
      severity: ['critical'],
    });
    expect(variables({ messageSeverities: 'critical' }).MESSAGE_SEVERITIES).toBe('critical');
    const { RedrivePolicy } = onlyOne('AWS::SQS::Queue', 'MessagesQueue');
    expect(RedrivePolicy.deadLetterTargetArn).toEqual(arnOf('MessagesUndelivered'));
  });

  test('are of the stack\u2019s own events, where others share its bus; and of those that name no stack', () => {
    const { EventPattern } = rule({ eventBus: 'default' });
    const { EventPattern: requesters } = onlyOne('AWS::Events::Rule', 'MessagesRequesters', { eventBus: 'default' });
    const { LEDGER_NAME } = onlyOne('AWS::Lambda::Function', 'ChangeFeedNotify').Environment.Variables;
    const fields = { requester: { from: { reason: 'pending' } } };
    const of = (ledger: string | undefined) => ({
      ...{ source: EVENT_SOURCE, 'detail-type': 'Restore Job State Change' },
      detail: { ...(ledger && { ledger }), severity: 'critical', change: { fields } },
    });
    for (const pattern of [EventPattern, requesters]) {
      expect(matches(of(LEDGER_NAME), pattern)).toBe(true);
      expect(matches(of(`${LEDGER_NAME}2`), pattern)).toBe(false);
      expect(matches(of(undefined), pattern)).toBe(true);
    }
  });

  test('of an earlier deployment go on: its topic with its subscribers, its rule and its queue keep their ids', () => {
    const ids = Object.keys(templateOf().toJSON().Resources);
    expect(ids).toEqual(
      expect.arrayContaining(['MessagesTopic8C98F4AF', 'MessagesRuleBADFF305', 'MessagesUndelivered1D1F1527']),
    );
  });

  test('and a rule of their own finds the requesters that become known', () => {
    const { EventPattern } = onlyOne('AWS::Events::Rule', 'MessagesRequesters');
    const became = (from: object) => ({
      source: EVENT_SOURCE,
      'detail-type': 'Restore Job State Change',
      detail: { change: { fields: { requester: { from, to: { reason: 'none' } } } } },
    });
    expect(matches(became({ reason: 'pending' }), EventPattern)).toBe(true);
    expect(matches(became({ reason: 'not-read', detail: 'X' }), EventPattern)).toBe(true);
    expect(matches(became({ grade: 'exact' }), EventPattern)).toBe(false);
    expect(matches({ ...became({}), detail: { change: { fields: {} } } }, EventPattern)).toBe(false);
  });

  test('wait as long as it is set, and link to the API where there is one', () => {
    expect(variables()).toMatchObject({ MESSAGE_WAIT_SECONDS: '120', API_URL: expect.anything() });
    expect(variables({ messageWaitSeconds: 0 }).MESSAGE_WAIT_SECONDS).toBe('0');
    expect(variables({ httpApi: 'none' })).not.toHaveProperty('API_URL');
    expect(() => variables({ messageWaitSeconds: 901 })).toThrow(
      'messageWaitSeconds: got 901, allowed: a whole number from 0 to 900',
    );
  });

  const topics = (given: Record<string, unknown>): string[] => {
    const arns = variables(given).MESSAGE_TOPIC_ARNS;
    const parts: (string | object)[] = typeof arns === 'string' ? [arns] : (arns['Fn::Join']?.[1] ?? [arns]);
    return parts.map((part) => (typeof part === 'string' ? part.replace(/,$/, '') : 'made'));
  };
  const subscribers = (given: Record<string, unknown>) =>
    Object.values(templateOf(given).findResources('AWS::SNS::Subscription')).map(
      ({ Properties }) => Properties.Endpoint,
    );
  const messageTopic = 'arn:aws:sns:eu-west-1:111111111111:dba';
  const messageEmail = 'dba@example.com';

  test('go to a topic that waits for subscribers, to an address, to an existing topic, or to both', () => {
    expect([topics({}), subscribers({})]).toEqual([['made'], []]);
    expect([topics({ messageEmail }), subscribers({ messageEmail })]).toEqual([['made'], [messageEmail]]);
    expect([topics({ messageTopic }), subscribers({ messageTopic })]).toEqual([[messageTopic], []]);
    expect(topics({ messageTopic, messageEmail })).toEqual([messageTopic, 'made']);
  });

  test('who gets them is not who gets alarms', () => {
    const both = { messageEmail, alarmEmail: 'ops@example.com' };
    expect(subscribers(both).sort()).toEqual([messageEmail, 'ops@example.com']);
    templateOf(both).resourceCountIs('AWS::SNS::Topic', 2);
  });
});
