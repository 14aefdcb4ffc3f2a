import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MAX_DETAIL_BYTES } from '../../functions/events/model/truncate.ts';
import { noCounts } from '../../functions/ledger/model/run.ts';
import { JOB_SUMMARY_FIELDS } from '../../functions/ledger/model/table.ts';
import {
  ACTOR_KINDS,
  DELIVERIES,
  DETAIL_TYPES,
  type DetailType,
  EVENT_SOURCE,
  GRADES,
  KINDS,
  NO_REQUESTER,
  RULES,
  SCHEMA_VERSION,
  SEVERITIES,
  STATUSES,
} from '../../functions/schema/words.ts';
import { SCHEMAS, wrongs } from './schemas.ts';

type Json = Record<string, unknown>;

const README = readFileSync(new URL('../../docs/events/README.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) =>
    JSON.parse(text),
  );
const examples: Json[] = blocks('json');
const patterns: Json[] = blocks('json pattern');

describe('the schemas', () => {
  const defs = (type: DetailType) => (SCHEMAS[type].$defs ?? {}) as Record<string, Json>;
  const allDefs = DETAIL_TYPES.flatMap((type) => Object.entries(defs(type)));
  const values = (schema: Json | undefined) => schema?.enum;
  const of = (schema: Json | undefined, name: string) =>
    (schema?.properties as Record<string, Json> | undefined)?.[name];

  test('call the same thing the same everywhere', () => {
    const first = new Map<string, Json>();
    for (const [name, schema] of allDefs) {
      expect([name, schema]).toEqual([name, first.get(name) ?? schema]);
      first.set(name, schema);
    }
  });

  test('list the words and fields of the code', () => {
    const {
      Job: job,
      Finding: finding,
      FoundRequester: found,
      MissingRequester: missing,
    } = defs('Restore Job State Change');
    expect(values(of(job, 'status'))).toEqual(STATUSES);
    expect(values(of(finding, 'severity'))).toEqual(SEVERITIES);
    expect(values(of(finding, 'rule'))).toEqual(RULES);
    expect(values(of(job, 'kind'))).toEqual(KINDS);
    expect(values(of(job, 'delivery'))).toEqual(DELIVERIES);
    expect(values(of(of(found, 'actor'), 'kind'))).toEqual(ACTOR_KINDS);
    expect(values(of(found, 'grade'))).toEqual(GRADES);
    expect(values(of(missing, 'reason'))).toEqual(NO_REQUESTER);
    const described = JOB_SUMMARY_FIELDS.filter((name) => name !== 'fingerprint');
    expect(Object.keys(job?.properties ?? {}).sort()).toEqual(described.toSorted());
    const { RunCounts: counts } = defs('Collector Run Completed');
    expect(Object.keys(counts?.properties ?? {}).sort()).toEqual(Object.keys(noCounts()).sort());
  });

  test.each(DETAIL_TYPES)('of %s: source, type, version and envelope', (type) => {
    const { detail, ...rest } = SCHEMAS[type].properties as Record<string, Json>;
    expect([rest.source?.const, rest['detail-type']?.const]).toEqual([EVENT_SOURCE, type]);
    expect(of(detail, 'schemaVersion')?.const).toBe(SCHEMA_VERSION);
    expect(detail?.required).toEqual(expect.arrayContaining(['schemaVersion', 'id', 'severity', 'at', 'message']));
  });

  test('refuse what is none', () => {
    const [example] = examples as [Json & { detail: Json }];
    const { message: _, ...silent } = example.detail;
    expect(wrongs({ ...example, detail: silent })).toEqual(['$.detail: lacks message']);
    expect(wrongs({ ...example, detail: { ...example.detail, extra: 1 } })).toEqual([
      '$.detail: extra is not described',
    ]);
    expect(wrongs({ ...example, detail: { ...example.detail, newStatus: 'DONE' } })).toHaveLength(1);
  });
});

describe('the README', () => {
  test('has a valid example of every type, none of it real', () => {
    expect(examples.map((example) => example['detail-type'])).toEqual(DETAIL_TYPES);
    expect(examples.flatMap(wrongs)).toEqual([]);
  });

  test.each([
    [
      0,
      [
        ...['Restore Finding', 'Restore Drill Overdue', 'Expected Restore Missed', 'Project Not Visible'],
        'Collector Run Incomplete',
      ],
    ],
    [1, ['Restore Job State Change']],
    [2, ['Restore Finding']],
    [3, ['Restore Job State Change']],
    [4, ['Restore Drill Overdue', 'Expected Restore Missed', 'Project Not Visible', 'Collector Run Incomplete']],
  ])('pattern %i finds the examples that it should', (index, expected) => {
    const found = examples.filter((example) => matches(patterns[index] ?? {}, example));
    expect(found.map((example) => example['detail-type'])).toEqual(expected);
    expect(patterns).toHaveLength(5);
  });

  test('its pattern for failures finds each failure once', () => {
    const [example] = examples as [Json & { detail: Json }];
    const { oldStatus: _, ...firstSight } = example.detail;
    const hit = (detail: Json) => matches(patterns[1] ?? {}, { ...example, detail });
    expect(hit(firstSight)).toBe(true);
    expect(hit({ ...example.detail, oldStatus: 'FAILED' })).toBe(false);
    expect(hit({ ...example.detail, newStatus: 'COMPLETED' })).toBe(false);
  });

  test('says how large an event can be', () => {
    expect(README).toContain(`at most ${MAX_DETAIL_BYTES.toLocaleString('en')} bytes`);
  });
});

/** As much of EventBridge's patterns as the README uses. */
function matches(pattern: Json, value: unknown): boolean {
  return Object.entries(pattern).every(([name, rule]) => {
    const inner = (value as Json | undefined)?.[name];
    return Array.isArray(rule) ? rule.some((one) => fits(one, inner)) : matches(rule as Json, inner);
  });
}

function fits(rule: unknown, value: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return rule === value;
  const {
    exists,
    prefix,
    'anything-but': others,
  } = rule as { exists?: boolean; prefix?: string; 'anything-but'?: unknown[] };
  if (exists !== undefined) return exists === (value !== undefined);
  if (prefix !== undefined) return typeof value === 'string' && value.startsWith(prefix);
  if (others !== undefined) return value !== undefined && !others.includes(value);
  throw new Error(`${JSON.stringify(rule)} is not known here`);
}
