import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRules } from '../../../functions/restore/rules/compile-rules.ts';
import { CAN_BE_OFF } from '../../../functions/restore/rules/finding.ts';
import { parseRules, RulesError, readRules, rulesDigest } from '../../../functions/restore/rules/read-rules.ts';
import { DEFAULT_RULES, type Rules } from '../../../functions/restore/rules/rules.ts';
import { RULES } from '../../../functions/schema/words.ts';

const problems = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof RulesError) return error.problems;
    throw error;
  }
  return [];
};

describe('reading rules', () => {
  test('nothing, and an object without fields, are the defaults', () => {
    expect(readRules(undefined)).toEqual(DEFAULT_RULES);
    expect(readRules({})).toEqual(DEFAULT_RULES);
    expect(parseRules('')).toEqual(DEFAULT_RULES);
  });

  test('the defaults look at everything but points in time, and set only what suits any organization', () => {
    expect(DEFAULT_RULES).toEqual({
      rulesOff: ['point-in-time'],
      allowedDirections: [],
      protectedTargets: [],
      requested: [],
      announcements: [],
      expectedRequesters: [],
      workingHours: [],
      workingHoursTimeZone: 'UTC',
      slowMinutes: 0,
      slowFactor: 3,
      stuckMinutes: 720,
      drillDays: 365,
      drillDaysFor: [],
      objectives: [],
      drillNeeds: [],
    });
  });

  test('what is given stands, trimmed; what is not is as by default', () => {
    const given = { allowedDirections: [' prod-* -> staging-* '], slowFactor: 1.5, rulesOff: [] };
    expect(parseRules(JSON.stringify(given))).toEqual({
      ...DEFAULT_RULES,
      allowedDirections: ['prod-* -> staging-*'],
      slowFactor: 1.5,
      rulesOff: [],
    });
  });

  test.each<[string, unknown, string]>([
    ['a list', [], 'rules: expected an object, got a list'],
    ['a text', 'off', 'rules: expected an object, got "off"'],
    [
      'an unknown rule',
      { rulesOff: ['slow', 'slwo'] },
      `rulesOff[1]: expected one of ${CAN_BE_OFF.join(', ')}, got "slwo"`,
    ],
    ['no list', { protectedTargets: 'prod/*' }, 'protectedTargets: expected a list, got "prod/*"'],
    ['null', { workingHours: null }, 'workingHours: expected a list, got null'],
    [
      'a direction without an arrow',
      { allowedDirections: ['prod-*'] },
      'allowedDirections[0]: expected two patterns of projects such as prod-* -> staging-*, got "prod-*"',
    ],
    [
      'a direction by way of another project',
      { allowedDirections: ['a -> b -> c'] },
      'allowedDirections[0]: expected two patterns of projects such as prod-* -> staging-*, got "a -> b -> c"',
    ],
    [
      'a target without a cluster',
      { protectedTargets: ['prod-*', 'a/ '] },
      'protectedTargets[0]: expected patterns of a project and a cluster such as prod-*/orders, got "prod-*"',
    ],
    [
      'an empty name',
      { expectedRequesters: ['jo', ' '] },
      'expectedRequesters[1]: expected a pattern of a user name, a public key or an id, got " "',
    ],
    [
      'hours of no day',
      { workingHours: ['Mo-Fr 07:00-19:00'] },
      'workingHours[0]: expected days and hours such as Mon-Fri 07:00-19:00, got "Mo-Fr 07:00-19:00"',
    ],
    [
      'a zone that is none',
      { workingHoursTimeZone: 'Europe/Bielefeld' },
      'workingHoursTimeZone: expected a time zone such as Europe/Berlin, got "Europe/Bielefeld"',
    ],
    [
      'an offset, which has no summer time',
      { workingHoursTimeZone: '+01:00' },
      'workingHoursTimeZone: expected a time zone such as Europe/Berlin, got "+01:00"',
    ],
    ['a number as text', { slowFactor: '3' }, 'slowFactor: expected 0, or a number from 1 to 1000, got "3"'],
    ['a factor below 1', { slowFactor: 0.5 }, 'slowFactor: expected 0, or a number from 1 to 1000, got 0.5'],
    [
      'a negative number',
      { stuckMinutes: -1 },
      'stuckMinutes: expected a whole number of minutes from 0 to 525600, got -1',
    ],
    ['half a day', { drillDays: 0.5 }, 'drillDays: expected a whole number of days from 0 to 36500, got 0.5'],
    [
      'days beyond a century',
      { drillDaysFor: ['a/b = 36500', 'a/b = 36501'] },
      'drillDaysFor[1]: expected patterns of a project and a cluster, or of a tag, with days from 0 to 36500, such as prod-*/orders = 90 or tag:env=prod = 90, got "a/b = 36501"',
    ],
    [
      'days for nothing',
      { drillDaysFor: ['= 90'] },
      'drillDaysFor[0]: expected patterns of a project and a cluster, or of a tag, with days from 0 to 36500, such as prod-*/orders = 90 or tag:env=prod = 90, got "= 90"',
    ],
  ])('%s is refused by name', (_, input, problem) => {
    expect(problems(() => readRules(input))[0]).toBe(problem);
  });

  test('an unknown field is refused, also one that every object has', () => {
    const input = JSON.parse('{"slowMinuets": 5, "constructor": {}, "__proto__": {"drillDays": 1}}');
    const found = problems(() => readRules(input));
    expect(found.map((problem) => problem.split(':')[0])).toEqual(['slowMinuets', 'constructor', '__proto__']);
    expect(found[0]).toBe(
      `slowMinuets: expected no field of this name, only ${Object.keys(DEFAULT_RULES).join(', ')}, got 5`,
    );
  });

  test('everything that is wrong is reported at once, one a line', () => {
    const input = { slowMinutes: 'x', drillDays: NaN, protectedTargets: ['a\nb'], 'new\nline': 1 };
    const found = problems(() => readRules(input));
    expect(found).toHaveLength(4);
    expect(() => readRules(input)).toThrow(new RulesError(found));
    expect(new RulesError(found).message.split('\n')).toHaveLength(5);
  });

  test('a file that holds no JSON is refused without repeating what it holds', () => {
    expect(problems(() => parseRules('{"privateKey": hunter2}'))).toEqual([
      expect.stringMatching(/^rules: invalid JSON( at character \d+)?$/),
    ]);
  });

  test.each([
    ['Mon-Fri 07:00-19:00', true],
    ['Sat 10:00-12:00', true],
    ['mon-fri 22:00-06:00', true],
    ['Fri-Mon 00:00-24:00', true],
    ['Mon 22:00-00:00', true],
    ['Mon - Fri  07:00 - 19:00', true],
    ['Mon 07:00-07:00', false],
    ['Mon 24:00-06:00', false],
    ['Mon 07:60-08:00', false],
    ['Mon 07:00-24:01', false],
    ['Mon 7:00-19:00', false],
    ['07:00-19:00', false],
    ['Mon-Wed-Fri 07:00-19:00', false],
    ['Mon-Xyz 07:00-19:00', false],
  ])('hours of %j: %s', (hours, fine) => {
    expect(problems(() => readRules({ workingHours: [hours] }))).toHaveLength(fine ? 0 : 1);
  });
});

describe('patterns of rules', () => {
  const compiled = (rules: Partial<Rules>) => compileRules({ ...DEFAULT_RULES, ...rules });

  test('a direction goes one way', () => {
    const { allows } = compiled({ allowedDirections: ['prod-* -> staging-*', 'ops->ops-copy'] });
    expect(allows?.('prod-eu', 'Staging-eu')).toBe(true);
    expect(allows?.('ops', 'ops-copy')).toBe(true);
    expect(allows?.('staging-eu', 'prod-eu')).toBe(false);
    expect(compiled({}).allows).toBeUndefined();
  });

  test('a target is protected by project and cluster, and the slash parts them', () => {
    const { protectedBy } = compiled({ protectedTargets: ['prod-*/orders', 'ops/*'] });
    expect(protectedBy('prod-eu', 'Orders')).toBe('prod-*/orders');
    expect(protectedBy('ops', 'a/b')).toBe('ops/*');
    expect(protectedBy('prod-eu', 'carts')).toBeUndefined();
    expect(compiled({ protectedTargets: ['*/orders'] }).protectedBy('a', 'b/orders')).toBeUndefined();
    expect(compiled({ protectedTargets: ['ops/a/b'] }).protectedBy('ops', 'a/b')).toBe('ops/a/b');
  });

  test('the first days that fit count, and 0 means none', () => {
    const { drillDays } = compiled({ drillDays: 30, drillDaysFor: ['prod/orders = 90', 'prod/* =7', '*/scratch = 0'] });
    const of = (projectName: string, clusterName: string) => drillDays({ projectName, clusterName });
    expect([of('prod', 'orders'), of('prod', 'scratch'), of('dev', 'scratch')]).toEqual([90, 7, 0]);
    expect(of('dev', 'orders')).toBe(30);
  });

  test('rules that were never read are refused here', () => {
    expect(() => compiled({ workingHours: ['always'] })).toThrow(RulesError);
  });
});

const word = fc.stringMatching(/^[a-z0-9*?-]{1,12}$/);
const clock = fc.tuple(fc.nat(23), fc.nat(59)).map((parts) => parts.map((n) => String(n).padStart(2, '0')).join(':'));
const day = fc.constantFrom('Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat');
const hours = fc
  .tuple(day, day, clock, clock)
  .filter(([, , from, to]) => from !== to)
  .map(([first, last, from, to]) => `${first}-${last} ${from}-${to}`);
const pairs = (between: string) => fc.array(fc.tuple(word, word).map((both) => both.join(between)));
const ruleSet: fc.Arbitrary<Rules> = fc.record({
  rulesOff: fc.subarray([...CAN_BE_OFF]),
  allowedDirections: pairs(' -> '),
  protectedTargets: pairs('/'),
  requested: pairs('/'),
  announcements: pairs('/'),
  expectedRequesters: fc.array(word),
  workingHours: fc.array(hours),
  workingHoursTimeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
  slowMinutes: fc.nat(525_600),
  slowFactor: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1_000, noNaN: true })),
  stuckMinutes: fc.nat(525_600),
  drillDays: fc.nat(36_500),
  drillDaysFor: fc.array(fc.tuple(word, word, fc.nat(36_500)).map(([p, c, days]) => `${p}/${c} = ${days}`)),
  objectives: fc.array(
    fc.tuple(word, word, fc.integer({ min: 1, max: 99 })).map(([p, c, n]) => `${p}/${c} = rto ${n}m`),
  ),
  drillNeeds: fc.array(fc.tuple(word, word, word).map(([p, c, who]) => `${p}/${c} = verdict, rto, by ${who}`)),
});

describe('a set of rules', () => {
  test('comes back from JSON as it was, with the same digest, and compiles', () => {
    fc.assert(
      fc.property(ruleSet, (rules) => {
        const back = parseRules(JSON.stringify(rules));
        expect(back).toEqual(rules);
        expect(rulesDigest(back)).toBe(rulesDigest(rules));
        compileRules(back);
      }),
    );
  });

  test('has the digest of any other that says the same in another order', () => {
    fc.assert(
      fc.property(ruleSet, (rules) => {
        const { drillDaysFor, objectives, drillNeeds, ...rest } = rules;
        const turned = Object.entries(rest).map(([name, value]) => [
          name,
          Array.isArray(value) ? [...value, ...value].reverse() : value,
        ]);
        const same = { drillDaysFor, objectives, drillNeeds, ...Object.fromEntries(turned.reverse()) } as Rules;
        expect(rulesDigest(same)).toBe(rulesDigest(rules));
      }),
    );
  });

  test('has another digest when any field says something else', () => {
    fc.assert(
      fc.property(ruleSet, ruleSet, fc.constantFrom(...Object.keys(DEFAULT_RULES)), (rules, other, field) => {
        const changed = { ...rules, [field]: other[field as keyof Rules] };
        const isOrdered = ['drillDaysFor', 'objectives', 'drillNeeds'].includes(field);
        const sameSet = (value: unknown) =>
          JSON.stringify(Array.isArray(value) && !isOrdered ? [...new Set(value)].sort() : value);
        const same = sameSet(changed[field as keyof Rules]) === sameSet(rules[field as keyof Rules]);
        expect(rulesDigest(changed) === rulesDigest(rules)).toBe(same);
      }),
    );
  });

  test('has another digest in a release with another rule, and the same whatever the order of rules', () => {
    const digest = rulesDigest(DEFAULT_RULES);
    expect(rulesDigest(DEFAULT_RULES, [...RULES, 'a-new-rule'])).not.toBe(digest);
    expect(rulesDigest(DEFAULT_RULES, RULES.slice(1))).not.toBe(digest);
    expect(rulesDigest(DEFAULT_RULES, [...RULES].reverse())).toBe(digest);
  });

  test('the first objective that fits wins, so their order counts', () => {
    const digest = (...objectives: string[]) => rulesDigest({ ...DEFAULT_RULES, objectives });
    expect(digest('a/* = rto 1h', '*/b = none')).not.toBe(digest('*/b = none', 'a/* = rto 1h'));
  });

  test('the first days that fit win, so their order counts', () => {
    const digest = (...drillDaysFor: string[]) => rulesDigest({ ...DEFAULT_RULES, drillDaysFor });
    expect(digest('a/* = 1', '*/b = 2')).not.toBe(digest('*/b = 2', 'a/* = 1'));
  });
});
