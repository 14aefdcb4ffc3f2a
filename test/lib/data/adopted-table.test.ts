import { expect, test } from 'vitest';
import { planSettings } from '../../../functions/runtime/settings.ts';
import { readSettings } from '../../../lib/settings/read-settings.ts';
import { grants } from '../grants.ts';
import { templateOf } from '../template.ts';

const tableStreamArn = 'arn:aws:dynamodb:eu-central-1:111122223333:table/kept/stream/2026-11-20T11:00:00.000';
const tableKey = 'arn:aws:kms:eu-central-1:111122223333:key/6a2f';
const ADOPTED = { tableName: 'kept', tableStreamArn };

interface Function {
  Properties: { Environment: { Variables: Record<string, unknown> } };
}

test('an existing table is used instead of one of the stack, by every function and by the change feed', () => {
  const template = templateOf(ADOPTED);
  template.resourceCountIs('AWS::DynamoDB::Table', 0);
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: tableStreamArn });
  template.hasOutput('TableName', { Value: 'kept' });
  const functions = Object.entries(template.findResources('AWS::Lambda::Function')) as [string, Function][];
  const tables = functions.map(([id, { Properties }]) => [id, Properties.Environment.Variables.TABLE_NAME] as const);
  expect(tables.filter(([, name]) => name !== undefined).map(([, name]) => name)).toEqual(['kept', 'kept', 'kept']);
});

test('its roles may do to it what they may do to one of the stack; plan may look at it as well, which it does', () => {
  const [own, adopted] = [grants(), grants(ADOPTED)];
  const inTermsOfOwn = (lines: readonly string[] = []) =>
    lines.map((line) =>
      line
        .replace(/arn:AWS::Partition:dynamodb:AWS::Region:AWS::AccountId:table\/kept/, 'LedgerTable')
        .replace(tableStreamArn, 'LedgerTable/stream'),
    );
  const describing = 'dynamodb:DescribeTable on LedgerTable';
  for (const [role, lines] of Object.entries(own)) {
    const more = role === 'CollectionPlanRole' ? [describing] : [];
    expect(inTermsOfOwn(adopted[role]).sort(), role).toEqual([...lines, ...more].sort());
  }
  const functions = templateOf(ADOPTED).findResources('AWS::Lambda::Function') as Record<string, Function>;
  const plan = Object.entries(functions).find(([id]) => id.startsWith('CollectionPlanFunction'))?.[1];
  const { TABLE_STREAM_ARN } = plan?.Properties.Environment.Variables ?? {};
  expect(TABLE_STREAM_ARN).toBe(tableStreamArn);
  const variables = { TABLE_NAME: 'kept', ATLAS_SECRET_ID: 's', COLLECT_QUEUE_URL: 'https://q', TABLE_STREAM_ARN };
  expect(planSettings(variables as Record<string, string>).tableStreamArn).toBe(tableStreamArn);
});

test('its own key is what it is read and written with, whatever encrypts the rest', () => {
  const usesKey = (given: object) =>
    Object.values(grants({ ...ADOPTED, ...given }))
      .flat()
      .filter((line) => line.startsWith('kms:Decrypt on arn:aws:kms')).length;
  expect(usesKey({})).toBe(0);
  expect(usesKey({ tableKey })).toBe(4);
});

test.each([
  [{ tableName: 'kept' }, /^tableStreamArn: got nothing, allowed: the stream of tableName/],
  [{ tableStreamArn }, /^tableStreamArn: got without tableName/],
  [{ tableKey }, /^tableKey: got without tableName/],
  [{ tableName: 'other', tableStreamArn }, /^tableStreamArn: got "arn:.*", allowed: a stream of the table other/],
  [{ tableName: 'a b', tableStreamArn }, /tableName: got "a b", allowed: the name of a table/],
  [
    { tableName: 'kept', tableStreamArn: 'kept' },
    /tableStreamArn: got "kept", allowed: the ARN of that table's stream/,
  ],
])('%j is refused at synthesis', (given, message) => {
  expect(() => readSettings(given)).toThrow(message);
});
