import { describe, expect, test } from 'vitest';
import { compileRules } from '../../../functions/restore/rules/compile-rules.ts';
import { readRules } from '../../../functions/restore/rules/read-rules.ts';
import { DEFAULT_RULES, type Rules } from '../../../functions/restore/rules/rules.ts';
import { NOT_KNOWN, parseTagPattern, patternOfClusters } from '../../../functions/restore/tags/cluster-pattern.ts';
import type { Tag } from '../../../functions/restore/tags/tag.ts';

const of = (tags?: readonly Tag[]) => ({ projectName: 'prod-eu', clusterName: 'orders', tags });
const env = (value: string) => of([{ key: 'env', value }]);
const rules = (given: Partial<Rules>) => compileRules({ ...DEFAULT_RULES, ...given });

describe('a pattern of a tag', () => {
  test.each([
    ['tag:env=prod', env('prod'), true],
    ['tag:ENV=Pro*', env('prod'), true],
    ['TAG: env = pr?d ', env('prod'), true],
    ['tag:env=prod', env('prod-eu'), false],
    ['tag:env=prod', of([]), false],
    ['tag:env=prod', of([{ key: 'team', value: 'prod' }]), false],
    ['tag:env=*', env('x'), true],
    ['tag:env=a=b', env('a=b'), true],
    ['tag:env=prod', of(), NOT_KNOWN],
    ['tag:env=prod', of([{ key: 'env' }]), NOT_KNOWN],
    ['tag:env=*', of([{ key: 'env' }]), true],
    ['prod-*/orders', of(), true],
    ['dev-*/orders', of(), false],
  ])('%s, of %j: %s', (text, cluster, fits) => {
    expect(patternOfClusters(text)?.fits(cluster)).toBe(fits);
  });

  test('a project whose name begins so is one before a slash', () => {
    const { fits } = patternOfClusters('tag:x/orders') ?? {};
    expect(fits?.({ projectName: 'tag:x', clusterName: 'orders' })).toBe(true);
    expect(fits?.(env('x'))).toBe(false);
  });

  test.each([
    'tag:env',
    'tag:=prod',
    'tag:env=',
    'tag:e*=prod',
    'tag:en?=prod',
    'tag:e\u0000=x',
    `tag:e=${'x'.repeat(201)}`,
  ])('%j is none, in any setting', (text) => {
    expect(patternOfClusters(text)).toBeUndefined();
    for (const field of ['announcements', 'requested'] as const)
      expect(() => readRules({ [field]: [text] })).toThrow(
        `${field}[0]: expected a pattern of a project and a cluster such as prod-*/orders, or of a tag such as tag:env=prod, got`,
      );
    expect(() => readRules({ drillDaysFor: [`${text} = 90`] })).toThrow(/drillDaysFor\[0\]: expected patterns of/);
    expect(() => readRules({ drillNeeds: [`${text} = verdict`] })).toThrow(/drillNeeds\[0\]: expected a pattern of/);
  });

  test('is refused for targets, which may be clusters that are not looked up', () => {
    expect(() => readRules({ protectedTargets: ['tag:env=prod'] })).toThrow(/^The rules are wrong:\nprotectedTargets/);
  });

  test('a filter names no more than key and value', () => {
    expect(parseTagPattern('env=pr*')?.fits(env('prod').tags)).toBe(true);
    expect(parseTagPattern('env')).toBeUndefined();
    expect(parseTagPattern('=prod')).toBeUndefined();
  });
});

describe('rules by tag', () => {
  const { drillDays, drillNeeds, announcedBy, watchedBy } = rules({
    drillDaysFor: ['*/scratch = 0', 'tag:env=prod = 90', '*/* = 7'],
    drillNeeds: ['tag:env=prod = verdict, other-project'],
    announcements: ['tag:env=prod', 'prod-*/ledger'],
    requested: ['tag:env=prod'],
  });

  test('apply to the clusters that have it', () => {
    expect([drillDays(env('prod')), drillDays(env('dev')), drillDays(of([]))]).toEqual([90, 7, 7]);
    expect(drillNeeds(env('prod'))).toMatchObject({ line: 'tag:env=prod = verdict, other-project' });
    expect(drillNeeds(env('dev'))).toBeUndefined();
    expect(announcedBy(env('prod'))).toEqual({ text: 'tag:env=prod', isNotKnown: false });
    expect(watchedBy(env('dev'))).toBeUndefined();
  });

  test('are not known of a cluster whose tags are not, unless an earlier line has its name', () => {
    expect(drillDays(of())).toBe(NOT_KNOWN);
    expect(drillDays({ projectName: 'dev', clusterName: 'scratch' })).toBe(0);
    expect(drillNeeds(of())).toBe(NOT_KNOWN);
    expect(announcedBy(of())).toEqual({ text: 'tag:env=prod', isNotKnown: true });
    expect(announcedBy({ projectName: 'prod-eu', clusterName: 'ledger' })).toEqual({
      text: 'prod-*/ledger',
      isNotKnown: false,
    });
  });
});
