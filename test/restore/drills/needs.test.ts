import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isElsewhere,
  isVerified,
  type JudgedRestore,
  missingNeeds,
  shows,
} from '../../../functions/restore/drills/judged.ts';
import { needsOf, parseNeeds } from '../../../functions/restore/drills/needs.ts';
import { objectivesOf } from '../../../functions/restore/objectives/objective.ts';
import { compileRules } from '../../../functions/restore/rules/compile-rules.ts';
import { readRules } from '../../../functions/restore/rules/read-rules.ts';
import { DEFAULT_RULES } from '../../../functions/restore/rules/rules.ts';
import { DRILL_NEEDS } from '../../../functions/schema/words.ts';
import { judged, LISTED, OTHER } from './judged.ts';

describe('a line of what a drill needs', () => {
  test('has a pattern and needs, in any order and case', () => {
    expect(parseNeeds('prod-*/orders = by ci-*, RTO, verdict, by Ada, other-project')).toMatchObject({
      text: 'prod-*/orders = by ci-*, RTO, verdict, by Ada, other-project',
      needs: ['verdict', 'other-project', 'rto', 'by'],
      by: ['ci-*', 'Ada'],
    });
    expect(parseNeeds('a/b = none')).toMatchObject({ needs: [], by: [] });
  });

  test.each([
    ['prod-*/orders', 'no needs'],
    ['prod-*/orders =', 'no needs'],
    ['orders = verdict', 'no project'],
    ['a/b = rto', 'nobody judged it'],
    ['a/b = by ada', 'nobody judged it'],
    ['a/b = verdict, verdict', 'twice'],
    ['a/b = verdict, by', 'no name'],
    ['a/b = verdict, by x, by x', 'twice'],
    ['a/b = verdict, rpo 24h', 'an objective, which is another setting'],
    ['a/b = none, verdict', 'both'],
  ])('%s is none: %s', (line) => {
    expect(parseNeeds(line)).toBeUndefined();
    expect(() => readRules({ drillNeeds: [line] })).toThrow(
      /^The rules are wrong:\ndrillNeeds\[0\]: expected a pattern/,
    );
  });

  test('any needs that hold a verdict are read as written', () => {
    const name = fc.stringMatching(/^[a-z*?-]{1,10}$/);
    const some = fc.subarray(DRILL_NEEDS.filter((need) => need !== 'by' && need !== 'verdict'));
    fc.assert(
      fc.property(name, some, fc.uniqueArray(name, { maxLength: 3 }), (cluster, others, by) => {
        const parts = [...others, ...by.map((one) => `by ${one}`), 'verdict'];
        const needs = DRILL_NEEDS.filter((need) =>
          [...others, 'verdict', ...(by.length > 0 ? ['by'] : [])].includes(need),
        );
        expect(parseNeeds(`p/${cluster} = ${parts.join(', ')}`)).toMatchObject({ needs, by });
      }),
    );
  });

  test('the first that fits applies, with the objectives of the cluster where it needs them', () => {
    const lines = ['*/tmp = none', 'prod/* = verdict, rto', '*/* = verdict'].flatMap((line) => parseNeeds(line) ?? []);
    const of = needsOf(lines, objectivesOf(['prod/orders = rto 1h, rpo 1d']));
    expect(of({ projectName: 'prod', clusterName: 'tmp' })).toBeUndefined();
    expect(of({ projectName: 'prod', clusterName: 'orders' })).toEqual({
      line: 'prod/* = verdict, rto',
      needs: ['verdict', 'rto'],
      rtoSeconds: 3_600,
    });
    expect(of({ projectName: 'prod', clusterName: 'users' })).toEqual({
      line: 'prod/* = verdict, rto',
      needs: ['verdict', 'rto'],
    });
    expect(of({ projectName: 'dev', clusterName: 'orders' })).toEqual({ line: '*/* = verdict', needs: ['verdict'] });
    expect(compileRules(DEFAULT_RULES).drillNeeds({ projectName: 'prod', clusterName: 'orders' })).toBeUndefined();
  });
});

describe('what a restore shows', () => {
  const all = {
    ...{ line: '*/*', needs: [...DRILL_NEEDS], by: ['ci-*'] },
    ...{ rtoSeconds: 3_600, rpoSeconds: 86_400 },
  };
  const missing = (more: Partial<JudgedRestore>, needs: Partial<typeof all> = {}) =>
    missingNeeds(shows(judged(more)), { ...all, ...needs });
  const said = { by: LISTED, at: '2026-11-20T12:00:00.000Z' };

  test('is all of it', () => expect(missing({})).toEqual([]));

  test.each<[string, Partial<JudgedRestore>, string[]]>([
    ['a failed validation', { validation: { status: 'FAILED', ...said } }, ['verdict']],
    ['one under way', { validation: { status: 'VALIDATING', ...said } }, ['verdict']],
    ['a restore that failed', { status: 'FAILED' }, ['verdict']],
    ['a download', { delivery: 'download' }, ['verdict']],
    ['single collections', { kind: 'collection' }, ['verdict']],
    ['the same project as target', { targetProjectId: judged({}).projectId }, ['other-project']],
    ['no target', { targetProjectId: undefined as never }, ['other-project']],
    [
      'a target that was not understood',
      { problems: [{ field: 'targetGroupId', expected: 'an id', got: '"?"' }] },
      ['other-project'],
    ],
    ['a restore that took too long', { durationSeconds: 3_601 }, ['rto']],
    ['an unknown duration', { durationSeconds: undefined as never }, ['rto']],
    ['an old snapshot', { snapshotAt: '2026-11-18T00:00:00.000Z' }, ['rpo']],
    ['an unknown snapshot', { snapshotAt: undefined as never }, ['rpo']],
    ['no checks', { annotation: said }, ['checks']],
    [
      'a check that does not hold',
      { annotation: { ...said, checks: [{ name: 'rows', expected: '2', got: '1' }] } },
      ['checks'],
    ],
    ['a verdict by somebody else', { validation: { status: 'SUCCESSFUL', ...said, by: OTHER } }, ['by']],
    [
      'checks by somebody else',
      { annotation: { ...said, by: OTHER, checks: [{ name: 'rows', expected: '2', got: '2' }] } },
      ['by'],
    ],
    [
      'a name that nobody checked',
      { validation: { status: 'SUCCESSFUL', ...said, by: { ...LISTED, selfDeclared: true } } },
      ['by'],
    ],
  ])('without it: %s', (_, more, expected) => expect(missing(more)).toEqual(expected));

  test('an objective that is not set is met by nothing, nor is a need of a later version', () => {
    const { rtoSeconds: _, rpoSeconds: __, ...without } = all;
    expect(missingNeeds(shows(judged({})), without)).toEqual(['rto', 'rpo']);
    expect(missingNeeds(shows(judged({})), { ...all, needs: ['verdict', 'later' as never] })).toEqual(['later']);
  });

  test('a verdict alone makes it verified, and the target alone elsewhere', () => {
    expect([isVerified(judged({})), isElsewhere(judged({}))]).toEqual([true, true]);
    const { validation: _, ...nobody } = judged({});
    expect(isVerified(nobody)).toBe(false);
  });
});

describe('a verdict', () => {
  const givenAt = (at: string) => judged({ validation: { status: 'SUCCESSFUL', by: LISTED, at } });

  test('from before the restore had finished is about no data, but for what two clocks differ', () => {
    expect(isVerified(givenAt('2026-11-20T10:29:00.000Z'))).toBe(true);
    expect(isVerified(givenAt('2026-11-20T10:28:59.999Z'))).toBe(false);
    expect(missingNeeds(shows(givenAt('2026-11-20T10:05:00.000Z')), { line: '', needs: ['verdict'] })).toEqual([
      'verdict',
    ]);
  });

  test('of a listed person makes nobody else’s checks theirs', () => {
    const annotation = judged({}).annotation ?? expect.unreachable();
    const needs = { line: '', needs: ['by' as const], by: ['ci-*'] };
    const by = (checksBy: typeof OTHER | undefined) =>
      missingNeeds(shows(judged({ annotation: { ...annotation, ...(checksBy && { checksBy }) } })), needs);
    expect([by(undefined), by(OTHER)]).toEqual([[], ['by']]);
  });
});
