import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobSummary } from '../../../functions/ledger/model/ledger.ts';
import type { Actor, Requester } from '../../../functions/restore/requesters/requester.ts';
import type { EvaluationContext } from '../../../functions/restore/rules/check.ts';
import { compileRules } from '../../../functions/restore/rules/compile-rules.ts';
import { evaluate, isTimed, mergeFindings, needsTime } from '../../../functions/restore/rules/evaluate.ts';
import { CAN_BE_OFF, type Finding } from '../../../functions/restore/rules/finding.ts';
import { DEFAULT_RULES, type Rules } from '../../../functions/restore/rules/rules.ts';
import { DELIVERIES, GRADES, type Grade, KINDS, RULES, SEVERITIES, STATUSES } from '../../../functions/schema/words.ts';

const PROD = '65f000000000000000000001';
const STAGING = '65f000000000000000000002';
const FOREIGN = '65f0000000000000000000ff';
const NAMES: Record<string, string> = { [PROD]: 'prod-eu', [STAGING]: 'staging-eu' };

// Synthetic: a restore of Orders in prod-eu, in place, that took 20 minutes.
const restore: JobSummary = {
  jobId: '6a79e4800000000000000001',
  kind: 'dedicated',
  projectId: PROD,
  projectName: 'prod-eu',
  clusterName: 'Orders',
  status: 'COMPLETED',
  sourceStatus: 'finishedAt',
  delivery: 'automated',
  requestedAt: '2026-08-10T12:00:00.000Z',
  finishedAt: '2026-08-10T12:20:00.000Z',
  durationSeconds: 1_200,
  targetProjectId: PROD,
  targetClusterName: 'Orders',
  deliveryUrlCount: 0,
  revision: 1,
  firstSeenAt: '2026-08-10T12:01:00.000Z',
  changedAt: '2026-08-10T12:21:00.000Z',
  observedAt: '2026-08-10T12:21:00.000Z',
  fingerprint: 'synthetic',
};
const { finishedAt: _, durationSeconds: __, ...unfinished } = restore;
const running: JobSummary = { ...unfinished, status: 'RUNNING', sourceStatus: 'IN_PROGRESS' };
const { targetProjectId: ___, targetClusterName: ____, ...untargeted } = running;
const downloaded: JobSummary = { ...untargeted, delivery: 'download' };

const context = (rules: Partial<Rules> = {}, more: Partial<EvaluationContext> = {}): EvaluationContext => ({
  rules: compileRules({ ...DEFAULT_RULES, rulesOff: [], ...rules }),
  at: '2026-08-10T12:30:00.000Z',
  projectNameOf: (id) => NAMES[id],
  ...more,
});
const found = (job: Partial<JobSummary>, rules: Partial<Rules> = {}, more: Partial<EvaluationContext> = {}) =>
  evaluate({ ...restore, ...job }, context(rules, more));
const verdicts = (...args: Parameters<typeof found>) =>
  found(...args).map(({ rule, severity, why }) => `${rule} ${severity}: ${why}`);

const requestedBy = (actor: Actor, grade: Grade): Requester => ({
  actor,
  grade,
  points: 100,
  eventType: 'CPS_RESTORE_REQUESTED_AUDIT',
  rivals: 0,
});

test.each(KINDS)('a %s restore of a chosen cluster is found as soon as it is requested, wherever it goes', (kind) => {
  const requested = ['prod-*/orders', '*/carts'];
  const pending = { ...untargeted, kind, status: 'PENDING' } as const;
  expect(verdicts(pending, { requested })).toEqual([
    'requested warning: A restore of prod-eu/Orders was requested, which fits prod-*/orders.',
  ]);
  expect(verdicts({ ...downloaded, kind }, { requested, rulesOff: ['download'] })).toEqual([
    'requested warning: A download of prod-eu/Orders was requested, which fits prod-*/orders.',
  ]);
  expect(found({ ...pending, clusterName: 'Payments' }, { requested })).toEqual([]);
  expect(found({ ...pending, projectName: 'staging-eu' }, { requested })).toEqual([]);
  expect(found(pending, { requested, rulesOff: ['requested'] })).toEqual([]);
  expect(found(pending)).toEqual([]);
});

test('an ordinary restore in place has no findings', () => {
  expect(found({})).toEqual([]);
});

test('a finding has the time of the look', () => {
  expect(found({ status: 'FAILED' })).toEqual([
    {
      rule: 'failed',
      severity: 'warning',
      at: '2026-08-10T12:30:00.000Z',
      why: 'The restore of cluster Orders failed; Atlas gave no reason.',
    },
  ]);
});

test('a failure says why, in one sentence', () => {
  expect(verdicts({ status: 'FAILED', errorMessage: 'The oplog\nhas a gap.' })).toEqual([
    'failed warning: The restore of cluster Orders failed: The oplog has a gap.',
  ]);
});

describe('a target in another project', () => {
  const job = { targetProjectId: STAGING, targetClusterName: 'Staging0' };

  test('is noteworthy where no directions are set', () => {
    expect(verdicts(job)).toEqual([
      'cross-project warning: The target cluster Staging0 is in project staging-eu, while the backup is of project prod-eu.',
    ]);
  });

  test('is fine along an allowed direction, and critical along none', () => {
    expect(found(job, { allowedDirections: ['dev -> *', 'prod-* -> staging-*'] })).toEqual([]);
    expect(verdicts(job, { allowedDirections: ['staging-* -> prod-*'] })).toEqual([
      'cross-project critical: The target cluster Staging0 is in project staging-eu, and no allowed direction fits prod-eu -> staging-eu.',
    ]);
  });

  test('is critical where that project cannot be seen, whatever is allowed', () => {
    expect(
      verdicts({ targetProjectId: FOREIGN, targetClusterName: 'Elsewhere' }, { allowedDirections: ['* -> *'] }),
    ).toEqual([
      `cross-project critical: The target cluster Elsewhere is in project ${FOREIGN}, which these credentials cannot see: it may be outside the organization.`,
    ]);
  });

  test('is called by the name that its project has now', () => {
    const renamed = { projectNameOf: (id: string) => (id === PROD ? 'live' : NAMES[id]) };
    expect(found(job, { allowedDirections: ['live -> staging-*'] }, renamed)).toEqual([]);
  });
});

describe('a protected target', () => {
  test('counts in place and from another cluster, but not for a download', () => {
    const rules = { protectedTargets: ['prod-*/Orders'] };
    const said = 'protected-target critical: The target prod-eu/Orders is protected by prod-*/Orders.';
    expect(verdicts({}, rules)).toEqual([said]);
    expect(verdicts({ clusterName: 'Carts' }, rules)).toEqual([said]);
    expect(verdicts({ targetClusterName: 'Copy' }, rules)).toEqual([]);
    // Serverless downloads name a target all the same.
    for (const targetProjectId of [PROD, FOREIGN]) {
      const named: JobSummary = { ...downloaded, targetProjectId, targetClusterName: 'Orders' };
      expect(evaluate(named, context(rules)).map(({ rule }) => rule)).toEqual(['download']);
    }
  });

  test('is in the project of the backup where Atlas names no project', () => {
    const { targetProjectId: _unnamed, ...job } = restore;
    expect(evaluate(job, context({ protectedTargets: ['prod-eu/*'] })).map(({ rule }) => rule)).toEqual([
      'protected-target',
    ]);
  });

  test('in a project that cannot be seen is protected by * and by its id', () => {
    const rules = found({ targetProjectId: FOREIGN }, { protectedTargets: ['*/orders'] }).map(({ rule }) => rule);
    expect(rules).toEqual(['cross-project', 'protected-target']);
    expect(found({ targetProjectId: FOREIGN }, { protectedTargets: [`${FOREIGN}/*`] })).toHaveLength(2);
  });
});

test('a download is noteworthy from its request on, with no word of where it lies', () => {
  for (const status of STATUSES.filter((known) => known !== 'FAILED')) {
    expect(evaluate({ ...downloaded, status }, context()).map(({ rule, why }) => `${rule}: ${why}`)).toEqual([
      'download: The data of cluster Orders was requested as a download, which anyone who has its address can fetch.',
    ]);
  }
});

test('a restore to a point in time is noted only where that rule is on', () => {
  const job = { delivery: 'pointInTime', pointInTime: '2026-08-10T03:12:00.000Z' } as const;
  expect(verdicts(job)).toEqual([
    'point-in-time info: The restore goes back to a point in time, 2026-08-10T03:12:00.000Z.',
  ]);
  expect(found(job, { rulesOff: DEFAULT_RULES.rulesOff })).toEqual([]);
});

describe('who requested it', () => {
  const jane: Actor = { kind: 'user', id: '65a000000000000000000001', name: 'jane@example.com' };
  const rules = { expectedRequesters: ['*@ops.example.com', 'KEY12345'] };

  test('is held against the list by name and by id, from strong on', () => {
    const by = (actor: Actor, grade: Grade) => found({ requester: requestedBy(actor, grade) }, rules).length;
    expect(GRADES.map((grade) => by(jane, grade))).toEqual([1, 1, 0, 0]);
    expect(by({ ...jane, name: 'Jane@Ops.example.com' }, 'exact')).toBe(0);
    expect(by({ kind: 'apiKey', id: '65a000000000000000000002', name: 'key12345' }, 'exact')).toBe(0);
    expect(by({ kind: 'apiKey', id: 'KEY12345' }, 'exact')).toBe(0);
    expect(by({ kind: 'staff' }, 'strong')).toBe(1);
  });

  test('is named with the grade', () => {
    expect(verdicts({ requester: requestedBy(jane, 'strong') }, rules)).toEqual([
      'requester-not-listed critical: It was requested by jane@example.com (user, strong match), who is not among the expected requesters.',
    ]);
  });

  test('does not matter without a list, nor while nobody is named', () => {
    expect(found({ requester: requestedBy(jane, 'exact') })).toEqual([]);
    expect(found({ requester: { reason: 'ambiguous', rivals: 2 } }, rules, { principal: 'abcdefgh' })).toEqual([]);
  });

  test('is critical where it is the key that this ledger reads with, and not named again', () => {
    const requester = requestedBy({ kind: 'apiKey', id: '65a000000000000000000003', name: 'abcdefgh' }, 'exact');
    const [said, ...more] = verdicts({ requester }, {}, { principal: 'abcdefgh' });
    expect(said).toMatch(/^own-credential critical: It was requested with the credentials that this ledger reads with/);
    expect(said).not.toContain('abcdefgh');
    expect(more).toEqual([]);
    expect(found({ requester }, {}, { principal: 'ABCDEFGH' })).toEqual([]);
    expect(found({ requester: { ...requester, grade: 'likely' } }, {}, { principal: 'abcdefgh' })).toEqual([]);
  });

  test('was the own key still when that has been changed', () => {
    const requester = requestedBy({ kind: 'apiKey', name: 'abcdefgh' }, 'exact');
    const findings = found({ requester }, {}, { principal: 'abcdefgh' });
    const later = found({ requester, findings }, {}, { principal: 'ijklmnop' });
    expect(mergeFindings(findings, later, { rulesChanged: true })).toEqual(findings);
  });
});

describe('working hours', () => {
  const outside = (requestedAt: string, workingHours: string[], workingHoursTimeZone = 'UTC') =>
    found({ requestedAt }, { workingHours, workingHoursTimeZone }).some(({ rule }) => rule === 'outside-hours');

  test('are told by the clocks of the zone, summer and winter', () => {
    const berlin = (at: string) => outside(at, ['Mon-Fri 07:00-19:00'], 'Europe/Berlin');
    expect(berlin('2026-01-12T06:00:00.000Z')).toBe(false); // a Monday, 07:00
    expect(berlin('2026-07-13T05:00:00.000Z')).toBe(false); // 07:00 in summer
    expect(berlin('2026-07-13T04:59:59.000Z')).toBe(true);
    expect(berlin('2026-07-13T17:00:00.000Z')).toBe(true); // 19:00 is over
    expect(berlin('2026-07-12T10:00:00.000Z')).toBe(true); // a Sunday
  });

  test('over midnight belong to the day they begin', () => {
    const nights = (at: string) => outside(at, ['Mon-Fri 22:00-06:00']);
    expect(nights('2026-08-10T23:30:00.000Z')).toBe(false); // Monday
    expect(nights('2026-08-15T05:59:00.000Z')).toBe(false); // Saturday, since Friday
    expect(nights('2026-08-15T06:00:00.000Z')).toBe(true);
    expect(nights('2026-08-15T22:00:00.000Z')).toBe(true);
    expect(nights('2026-08-10T05:00:00.000Z')).toBe(true); // Monday, since Sunday
  });

  test('are joined, may go over the end of the week, and 24:00 ends a day', () => {
    const joined = (at: string) => outside(at, ['Sat-Mon 00:00-24:00', 'Wed 12:00-13:00']);
    expect(joined('2026-08-09T23:59:59.000Z')).toBe(false); // Sunday
    expect(joined('2026-08-10T23:59:59.000Z')).toBe(false); // Monday
    expect(joined('2026-08-11T00:00:00.000Z')).toBe(true);
    expect(joined('2026-08-12T12:30:00.000Z')).toBe(false); // Wednesday
  });

  test('are told with the local time of the request', () => {
    const rules = { workingHours: ['Mon-Fri 07:00-19:00'], workingHoursTimeZone: 'Europe/Berlin' };
    expect(verdicts({ requestedAt: '2026-08-08T01:12:00.000Z' }, rules)).toEqual([
      'outside-hours warning: It was requested on Sat 2026-08-08 at 03:12 (Europe/Berlin), outside the working hours Mon-Fri 07:00-19:00.',
    ]);
  });

  /** Another way to the same clock: the zone's offset from UTC, as Intl names it, added to the moment. */
  const localTime = (ms: number, timeZone: string) => {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(ms);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = 0, minutes = 0] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
    const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
    return new Date(ms + offset * 60_000);
  };
  const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const clock = (minute: number) =>
    [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');
  // When clocks change: Berlin, New York, Lord Howe (by half an hour), Santiago (at midnight).
  const changes = [
    '2026-03-29T01:00:00Z',
    '2026-10-25T01:00:00Z',
    '2026-03-08T07:00:00Z',
    '2026-11-01T06:00:00Z',
    '2026-04-04T15:00:00Z',
    '2026-10-03T15:30:00Z',
    '2026-04-05T03:00:00Z',
    '2026-09-06T04:00:00Z',
  ].map(Date.parse);
  const moment = fc.oneof(
    fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2035, 0) }),
    fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -7_200_000, max: 7_200_000 }))
      .map(([change, ms]) => change + ms),
  );
  const zone = fc.constantFrom(
    ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kolkata'],
    ...['Pacific/Kiritimati', 'Pacific/Niue', 'Africa/Casablanca', 'Asia/Kathmandu'],
  );

  test('agree with the offset of any zone at any moment, also where clocks change', () => {
    fc.assert(
      fc.property(
        moment,
        zone,
        fc.nat(6),
        fc.nat(6),
        fc.nat(1_439),
        fc.nat(1_439),
        (ms, timeZone, day, count, from, to) => {
          fc.pre(from !== to);
          const last = DAYS[(day + count) % 7];
          const hours = `${DAYS[day]}-${last} ${clock(from)}-${clock(to)}`;
          const local = localTime(ms, timeZone);
          const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
          const among = (weekday: number) => (weekday - day + 7) % 7 <= count;
          const today = among(local.getUTCDay());
          const yesterday = among((local.getUTCDay() + 6) % 7);
          const inside =
            from < to
              ? today && minute >= from && minute < to
              : (today && minute >= from) || (yesterday && minute < to);
          expect(outside(new Date(ms).toISOString(), [hours], timeZone)).toBe(!inside);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('a restore that takes long', () => {
  const usual = Array.from({ length: 20 }, (_, n) => 60 * (n + 1)); // 1 to 20 minutes: 95 % within 19

  test('is slow beyond the fixed limit, running or completed, by whole seconds', () => {
    const limit = { slowMinutes: 20 };
    expect(found({ durationSeconds: 1_200 }, limit)).toEqual([]);
    expect(verdicts({ durationSeconds: 1_201 }, limit)).toEqual([
      'slow info: The restore took 20 min 01 s, longer than the limit of 20 min 00 s.',
    ]);
    expect(evaluate(running, context(limit)).map(({ why }) => why)).toEqual([
      'The restore has been running for 30 min 00 s, longer than the limit of 20 min 00 s.',
    ]);
  });

  test('is slow beyond what is usual for its cluster, where ten restores tell', () => {
    expect(found({ durationSeconds: 3_420 }, {}, { pastDurations: usual })).toEqual([]);
    expect(verdicts({ durationSeconds: 3_421 }, {}, { pastDurations: usual.toReversed() })).toEqual([
      "slow info: The restore took 57 min 01 s, longer than 3 times 19 min 00 s, which 95 % of this cluster's last 20 restores kept within.",
    ]);
    expect(found({ durationSeconds: 3_421 }, { slowFactor: 0 }, { pastDurations: usual })).toEqual([]);
    expect(found({ durationSeconds: 40_000 }, {}, { pastDurations: usual.slice(0, 9) })).toEqual([]);
    expect(found({ durationSeconds: 40_000 }, {}, { pastDurations: usual.slice(0, 10) })).toHaveLength(1);
    expect(found({ durationSeconds: 1 }, {}, { pastDurations: usual.map(() => 0) })).toEqual([]);
  });

  test('names every limit that it broke, and is one finding', () => {
    const [finding, ...more] = found({ durationSeconds: 36_000 }, { slowMinutes: 60 }, { pastDurations: usual });
    expect(finding?.why).toContain('longer than the limit of 1 h 00 min and 3 times 19 min 00 s');
    expect(more).toEqual([]);
  });

  test('is neither slow while it waits nor when it failed, and a download never is', () => {
    const limit = { slowMinutes: 1 };
    const rules = (job: JobSummary) => evaluate(job, context(limit)).map(({ rule }) => rule);
    expect(rules({ ...running, status: 'PENDING' })).toEqual([]);
    expect(rules({ ...restore, status: 'FAILED' })).toEqual(['failed']);
    expect(rules(downloaded)).toEqual(['download']);
  });

  test('is stuck while it waits or runs for longer than the limit, and stays so when it has ended', () => {
    const limit = { stuckMinutes: 29 };
    const stuck = (job: JobSummary) =>
      evaluate(job, context(limit)).flatMap(({ rule, why }) => (rule === 'stuck' ? why : []));
    const by = 'longer than the 29 min 00 s after which it counts as stuck.';
    expect(stuck(running)).toEqual([`The restore has been running for 30 min 00 s, ${by}`]);
    expect(stuck({ ...running, status: 'PENDING' })).toEqual([`The restore has been waiting for 30 min 00 s, ${by}`]);
    for (const status of ['COMPLETED', 'FAILED', 'CANCELLED'] as const) {
      expect(stuck({ ...restore, status, durationSeconds: 1_800 })).toEqual([`The restore took 30 min 00 s, ${by}`]);
      expect(stuck({ ...restore, status, durationSeconds: 1_740 })).toEqual([]);
    }
    expect(found({ durationSeconds: 1e6 }, { stuckMinutes: 0 })).toEqual([]);
  });

  test('a download is stuck while it is made, not while it waits to be fetched, nor after', () => {
    const stuck = (job: JobSummary) => evaluate(job, context({ stuckMinutes: 1 })).some(({ rule }) => rule === 'stuck');
    expect(stuck(downloaded)).toBe(true);
    expect(stuck({ ...downloaded, status: 'READY' })).toBe(false);
    expect(stuck({ ...downloaded, status: 'EXPIRED', durationSeconds: 1e6 })).toBe(false);
  });

  test('one that Atlas no longer lists grows no older', () => {
    const vanished = { ...running, vanishedAt: '2026-08-10T12:05:00.000Z' };
    expect(evaluate(vanished, context({ stuckMinutes: 10, slowMinutes: 10 }))).toEqual([]);
    expect(needsTime(vanished, context({ stuckMinutes: 10 }))).toBe(false);
  });

  test('an open job needs another look exactly where time makes it slow or stuck, or its objective missed', () => {
    const job = fc.record({
      status: fc.constantFrom(...STATUSES),
      delivery: fc.constantFrom(...DELIVERIES),
      requestedAt: fc
        .integer({ min: 0, max: 7_200 })
        .map((s) => new Date(Date.parse('2026-08-10T12:30:00Z') - s * 1_000).toISOString()),
    });
    const limits = fc.record({
      slowMinutes: fc.nat(120),
      stuckMinutes: fc.nat(120),
      rulesOff: fc.subarray(['slow', 'stuck', 'rto-missed'] as const),
      objectives: fc.nat(120).map((n) => [`*/* = rto ${n + 1}m`]),
    });
    fc.assert(
      fc.property(job, limits, fc.array(fc.nat(1_200), { maxLength: 20 }), (open, rules, pastDurations) => {
        const now = context(rules, { pastDurations });
        const timed = evaluate({ ...unfinished, ...open }, now).some(({ rule }) => isTimed(rule));
        expect(needsTime({ ...unfinished, ...open }, now)).toBe(timed);
      }),
    );
  });
});

describe('an objective', () => {
  const objectives = ['prod-*/orders = rto 10m, rpo 1h'];
  const line = '(prod-*/orders = rto 10m, rpo 1h)';

  test('that a restore missed is a finding, with what was measured and the line that applies', () => {
    const snapshotAt = '2026-08-10T10:30:00.000Z';
    expect(verdicts({ snapshotAt }, { objectives })).toEqual([
      `rto-missed warning: The restore took 20 min 00 s, longer than the recovery time objective of 10 min 00 s ${line}.`,
      `rpo-missed warning: The restore brought back data of ${snapshotAt}, 1 h 30 min before the request, older than the recovery point objective of 1 h 00 min ${line}.`,
    ]);
  });

  test('is missed by an open restore as soon as the time is over, and by one that ended after it', () => {
    const why = (job: JobSummary) =>
      evaluate(job, context({ objectives })).flatMap(({ rule, why }) => (rule === 'rto-missed' ? why : []));
    const over = `longer than the recovery time objective of 10 min 00 s ${line}.`;
    expect(why(running)).toEqual([`The restore has been under way for 30 min 00 s, ${over}`]);
    expect(why({ ...running, requestedAt: '2026-08-10T12:20:00.000Z' })).toEqual([]);
    expect(why({ ...running, vanishedAt: '2026-08-10T12:05:00.000Z' })).toEqual([]);
    expect(why({ ...restore, status: 'FAILED' })).toEqual([`The restore ended after 20 min 00 s, ${over}`]);
  });

  test('that was met, or of which nothing is known, is none; nor is one of another cluster, or of a download', () => {
    const met = { durationSeconds: 600, snapshotAt: '2026-08-10T11:00:00.000Z' };
    expect(verdicts(met, { objectives })).toEqual([]);
    expect(verdicts({ ...met, clusterName: 'carts', durationSeconds: 6_000 }, { objectives })).toEqual([]);
    expect(verdicts({ kind: 'collection' }, { objectives })).toEqual([]);
    expect(verdicts({}, { objectives: ['*/orders = none', ...objectives] })).toEqual([]);
  });
});

test('no rule that is off finds anything', () => {
  const job: Partial<JobSummary> = {
    status: 'FAILED',
    targetProjectId: FOREIGN,
    durationSeconds: 1e6,
    requester: requestedBy({ kind: 'apiKey', name: 'abcdefgh' }, 'exact'),
  };
  const rules: Partial<Rules> = {
    protectedTargets: ['*/*'],
    expectedRequesters: ['nobody'],
    workingHours: ['Sun 00:00-00:01'],
  };
  const own = { principal: 'abcdefgh' };
  const all = found(job, rules, own).map(({ rule }) => rule);
  expect(all).toEqual([
    ...['cross-project', 'protected-target', 'requester-not-listed', 'outside-hours', 'failed', 'stuck'],
    'own-credential',
  ]);
  for (const rule of all) {
    expect(
      found(job, { ...rules, rulesOff: CAN_BE_OFF.filter((off) => off === rule) }, own).map((finding) => finding.rule),
    ).toEqual(all.filter((other) => other !== rule));
  }
  expect(found(job, { ...rules, rulesOff: CAN_BE_OFF }, own)).toEqual([]);
});

test('a long name is cut short, and says so', () => {
  const [failed] = found({ status: 'FAILED', clusterName: 'x'.repeat(65) });
  expect(failed?.why).toBe(`The restore of cluster ${'x'.repeat(63)}… failed; Atlas gave no reason.`);
  expect(found({ status: 'FAILED', clusterName: '🧨'.repeat(64) })[0]?.why).toContain('🧨'.repeat(64));
});

test('whatever names a job has, each finding is one short line without control characters', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.constantFrom(
      'a\u0000\u001b[31m\r\nb',
      '\u202egnp.exe',
      '\ud800',
      '\u200b',
      'x'.repeat(100_000),
      '€🧨'.repeat(99),
    ),
  );
  const job = fc.record({
    status: fc.constantFrom(...STATUSES),
    delivery: fc.constantFrom(...DELIVERIES),
    clusterName: hostile,
    targetClusterName: hostile,
    targetProjectId: fc.constantFrom(PROD, STAGING, FOREIGN),
    errorMessage: hostile,
    requester: hostile.map((name) => requestedBy({ kind: 'delegated', name, via: name }, 'exact')),
  });
  const rules: Partial<Rules> = { protectedTargets: ['*/*'], expectedRequesters: ['nobody'], stuckMinutes: 1 };
  fc.assert(
    fc.property(job, hostile, (named, project) => {
      const findings = found(named, rules, { projectNameOf: (id) => (id === FOREIGN ? undefined : project) });
      expect(findings.length).toBeGreaterThan(0);
      for (const { why } of findings) {
        expect(why).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(why.isWellFormed()).toBe(true);
        expect([...why].length).toBeLessThan(500);
      }
    }),
  );
});

describe('merging findings', () => {
  const finding: fc.Arbitrary<Finding> = fc.record({
    rule: fc.constantFrom(...RULES),
    severity: fc.constantFrom(...SEVERITIES),
    at: fc.nat(3).map((day) => `2026-08-1${day}T00:00:00.000Z`),
    why: fc.constantFrom('One.', 'Two.', 'Three.'),
  });
  const findings = fc.array(finding, { maxLength: 14 });
  const had = fc.option(findings, { nil: undefined });

  test('is idempotent, in the order of the rules, and keeps one of each', () => {
    fc.assert(
      fc.property(had, findings, fc.boolean(), (before, now, rulesChanged) => {
        const merged = mergeFindings(before, now, { rulesChanged });
        expect(mergeFindings(merged, now, { rulesChanged })).toEqual(merged);
        const places = merged.map(({ rule }) => RULES.indexOf(rule));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      }),
    );
  });

  test('has the rules of both, or after a change of the rules those that hold now, and invents nothing', () => {
    fc.assert(
      fc.property(had, findings, (before, now) => {
        const rules = (all: readonly Finding[]) => new Set(all.map(({ rule }) => rule));
        expect(rules(mergeFindings(before, now))).toEqual(rules([...(before ?? []), ...now]));
        expect(rules(mergeFindings(before, now, { rulesChanged: true }))).toEqual(rules(now));
        for (const merged of mergeFindings(before, now)) expect([...(before ?? []), ...now]).toContainEqual(merged);
      }),
    );
  });

  const old: Finding = { rule: 'slow', severity: 'info', at: '2026-08-10T00:00:00.000Z', why: 'Then.' };
  const again: Finding = { ...old, at: '2026-08-11T00:00:00.000Z', why: 'Now.' };
  const failed: Finding = { rule: 'failed', severity: 'warning', at: again.at, why: 'It failed.' };

  test('keeps the time and the words of what was found before', () => {
    expect(mergeFindings([old], [again, failed])).toEqual([failed, old]);
    expect(mergeFindings([old], [again], { rulesChanged: true })).toEqual([old]);
  });

  test('keeps what no longer holds, unless the rules changed', () => {
    expect(mergeFindings([old], [failed])).toEqual([failed, old]);
    expect(mergeFindings([old], [failed], { rulesChanged: true })).toEqual([failed]);
  });

  test('after a change of the rules a finding of another severity is replaced', () => {
    const weightier: Finding = { ...again, severity: 'critical' };
    expect(mergeFindings([old], [weightier])).toEqual([old]);
    expect(mergeFindings([old], [weightier], { rulesChanged: true })).toEqual([weightier]);
  });
});
