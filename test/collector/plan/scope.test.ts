import { describe, expect, test } from 'vitest';
import { DEAD_AFTER_MS } from '../../../functions/collector/plan/dead-runs.ts';
import { tellRenamed } from '../../../functions/collector/plan/former.ts';
import { asOf, type KnownProject, MAX_SCOPE_CHANGES } from '../../../functions/ledger/model/known-project.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { newObjectId } from '../../../functions/restore/object-id.ts';
import { testEngine } from '../../ledger/engines.ts';
import { list } from '../../ledger/table.ts';
import { idOf, Planner } from './worlds.ts';

const engine = testEngine();

const START = '2026-11-23T12:00:00.000Z';

async function started() {
  const clock = { now: () => planner.nowMs };
  const table = await engine.newTable(() => clock.now());
  const planner = new Planner(table.ledger, START);
  const { ledger } = table;
  const changesOf = async (name: string) =>
    ((await ledger.knownProject(idOf(name)))?.changes ?? []).map(({ what, account }) =>
      account === undefined ? what : `${what} to ${account}`,
    );
  return { planner, ledger, table, changesOf, [Symbol.asyncDispose]: () => table[Symbol.asyncDispose]() };
}

const notVisible = (name: string) => ({ what: 'project', code: 'PROJECT_NOT_VISIBLE', projectName: name });

describe('a project that is seen', () => {
  test('is known before anything is ordered, and so is what the run is to read', async () => {
    await using world = await started();
    const { run, tasks } = await world.planner.run({ one: ['alpha', 'beta'] }, { read: false });
    expect(await world.planner.known()).toEqual({ alpha: 'in scope', beta: 'in scope' });
    const planned = tasks.map(({ projectId, projectName }) => ({ projectId, projectName }));
    expect((await world.ledger.run(run.runId))?.planned).toEqual(planned);
    expect(await world.ledger.knownProject(idOf('alpha'))).toEqual({
      ...{ projectId: idOf('alpha'), projectName: 'alpha', revision: 1, firstSeenAt: START },
      accounts: { one: { since: START } },
      changes: [{ at: START, what: 'visible', runId: run.runId }],
    });
  });

  test('goes by its latest name, and costs no write while nothing changes', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'] });
    world.planner.advance(0.25);
    await world.planner.run({ one: ['alpha', 'beta'] });
    world.table.requests();
    world.planner.advance(0.25);
    await world.planner.run({ one: ['alpha', 'beta'] }, { read: false });
    // Start, plan, number of projects; scope; the runs that have not ended. The last query is the test's own.
    expect(world.table.requests()).toEqual({ PutItem: 3, UpdateItem: 1, GetItem: 1, Query: 3, BatchGetItem: 1 });
    expect(await world.ledger.knownProject(idOf('alpha'))).toMatchObject({ revision: 1 });
  });

  test('by several credentials is ordered once, with all of them', async () => {
    await using world = await started();
    const { tasks, run } = await world.planner.run({ one: ['alpha'], two: ['alpha', 'beta'] });
    expect(tasks.map(({ projectName, accounts }) => [projectName, accounts])).toEqual([
      ['alpha', ['one', 'two']],
      ['beta', ['two']],
    ]);
    expect(run.status).toBe('complete');
  });
});

describe('a project that is renamed, or moves to another organization', () => {
  const [id, ORG, OTHER] = [idOf('alpha'), 'a'.repeat(24), 'b'.repeat(24)];
  const alpha = (name: string, orgId: string) => ({ one: { projects: [{ id, name, orgId }] } });

  test('keeps what it was, and until when, and the log says so once', async () => {
    await using world = await started();
    const told = async () => {
      const known = (await world.ledger.knownProject(id)) as KnownProject;
      const said: [string, unknown][] = [];
      const log = { ...silentLog, warn: (text: string, fields?: object) => void said.push([text, Object(fields).was]) };
      tellRenamed([known], { log, runId: 'r', at: world.planner.now });
      return said;
    };
    await world.planner.run(alpha('prod-alpha', ORG));
    world.planner.advance(1);
    await world.planner.run(alpha('prod-alpha', ORG));
    const seenAt = world.planner.now;
    world.planner.advance(1);
    await world.planner.run(alpha('alpha', ORG));
    const renamedAt = world.planner.now;
    expect(await told()).toEqual([['a project was renamed: patterns fit its new name from now on', 'prod-alpha']]);
    world.planner.advance(1);
    await world.planner.run(alpha('alpha', OTHER));
    expect(await told()).toEqual([['a project is of another Atlas organization', ORG]]);
    expect(await world.ledger.knownProject(id)).toMatchObject({
      ...{ projectName: 'alpha', orgId: OTHER },
      formerNames: [{ was: 'prod-alpha', seenAt, until: renamedAt }],
      formerOrgs: [{ was: ORG, seenAt: renamedAt, until: world.planner.now }],
    });
  });

  test('while nobody saw it, was last so when it was last seen', async () => {
    await using world = await started();
    await world.planner.run(alpha('alpha', ORG));
    for (const _ of [1, 2]) {
      world.planner.advance(1);
      await world.planner.run({ one: ['beta'] });
    }
    world.planner.advance(1);
    await world.planner.run(alpha('alpha', OTHER));
    const formerOrgs = [{ was: ORG, seenAt: START, until: world.planner.now }];
    expect(await world.ledger.knownProject(id)).toMatchObject({ formerOrgs });
  });

  test('keeps what a later listing has shown, whatever an older one says', async () => {
    await using world = await started();
    await world.planner.run(alpha('prod-alpha', ORG));
    world.planner.advance(2);
    await world.planner.run(alpha('alpha', OTHER));
    const until = world.planner.now;
    world.planner.advance(-1);
    await world.planner.run(alpha('prod-alpha', ORG));
    expect(await world.ledger.knownProject(id)).toMatchObject({
      ...{ projectName: 'alpha', orgId: OTHER },
      formerNames: [{ was: 'prod-alpha', seenAt: START, until }],
      formerOrgs: [{ was: ORG, seenAt: START, until }],
    });
  });

  test('at a moment was what listings show around it; between two that differ it is not known', () => {
    const former = [
      { was: 'a', seenAt: '2026-02-01T00:00:00.000Z', until: '2026-02-02T00:00:00.000Z' },
      { was: 'b', seenAt: '2026-03-01T00:00:00.000Z', until: '2026-03-02T00:00:00.000Z' },
    ];
    const at = (day: string) => asOf(former, 'c', `2026-${day}T00:00:00.000Z`);
    expect(['01-01', '02-01', '02-02', '03-01', '03-02', '04-01'].map(at)).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
    expect(asOf(former, 'c', '2026-02-01T12:00:00.000Z')).toBeUndefined();
    expect(asOf(former, 'c', '2026-03-01T12:00:00.000Z')).toBeUndefined();
    expect(asOf(undefined, 'c', '2026-03-01T12:00:00.000Z')).toBe('c');
  });
});

describe('a project that is no longer seen', () => {
  test('makes every run incomplete and is named in it, with what to do, until it is back', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'] });
    world.planner.advance(1);
    const lostAt = world.planner.now;
    for (let runs = 0; runs < 3; runs++) {
      const { run, tasks } = await world.planner.run({ one: ['beta'] });
      expect(tasks.map(({ projectName }) => projectName)).toEqual(['beta']);
      expect(run).toMatchObject({ status: 'incomplete', failures: [notVisible('alpha')] });
      const [{ message } = { message: '' }] = run.failures;
      expect(message).toContain('no credentials see it since 2026-11-23 13:00 UTC');
      expect(message).toContain(`restore-ledger retire --project ${idOf('alpha')} --reason TEXT`);
      expect(await world.planner.known()).toEqual({ alpha: `not visible since ${lostAt}`, beta: 'in scope' });
      world.planner.advance(1);
    }
    const { run } = await world.planner.run({ one: ['alpha', 'beta'] });
    expect(run.status).toBe('complete');
    expect(await world.changesOf('alpha')).toEqual(['visible', 'not-visible', 'visible']);
    expect(await world.ledger.knownProject(idOf('alpha'))).toMatchObject({
      accounts: { one: { since: world.planner.now } },
    });
  });

  test('is named too where it was never read', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'] }, { read: false });
    world.planner.advance(1);
    expect((await world.planner.run({ one: ['beta'] })).run.failures).toMatchObject([notVisible('alpha')]);
  });

  test.each([
    ['fails', 'refused'],
    ['fails half-way', { first: ['beta'] }],
  ] as const)('is not lost where its credentials’ listing %s, which is a failure of its own', async (_, sight) => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'], two: ['gamma'] });
    world.planner.advance(1);
    const { run, tasks } = await world.planner.run({ one: sight, two: ['gamma'] });
    expect(run.status).toBe('incomplete');
    expect(run.failures[0]).toMatchObject({ what: 'projects of one', code: 'ATLAS_UNAUTHORIZED' });
    expect(tasks.length).toBe(sight === 'refused' ? 1 : 2);
    expect(await world.planner.known()).toEqual({ alpha: 'in scope', beta: 'in scope', gamma: 'in scope' });
  });

  test('is not lost where something in the list can’t be understood: it may be that', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'] });
    world.planner.advance(1);
    const { run, tasks } = await world.planner.run({ one: { beside: ['beta'] } });
    expect([run.status, tasks.length]).toEqual(['incomplete', 1]);
    expect(run.failures).toMatchObject([{ what: 'projects', code: 'ATLAS_BAD_ANSWER' }]);
    expect((await world.planner.known()).alpha).toBe('in scope');
    expect(await world.ledger.scope()).toMatchObject({ listedAt: START });
  });

  test('is lost though the listing of credentials that never saw it fails', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'], two: ['gamma'] });
    world.planner.advance(1);
    const { run } = await world.planner.run({ one: ['beta'], two: 'refused' });
    expect(run.failures.map(({ code }) => code)).toEqual(['ATLAS_UNAUTHORIZED', 'PROJECT_NOT_VISIBLE']);
    expect((await world.planner.known()).alpha).toBe(`not visible since ${world.planner.now}`);
    expect((await world.planner.known()).gamma).toBe('in scope');
  });

  test('by one of several credentials is not lost, and who lost it is on record', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'], two: ['alpha'] });
    world.planner.advance(1);
    const { run, tasks } = await world.planner.run({ one: ['beta'], two: ['alpha'] });
    expect(run.status).toBe('complete');
    expect(tasks.find(({ projectName }) => projectName === 'alpha')?.accounts).toEqual(['two']);
    expect(await world.changesOf('alpha')).toEqual(['visible', 'not-visible to one']);
    world.planner.advance(1);
    expect((await world.planner.run({ one: ['beta'], two: 'refused' })).run.failures).toHaveLength(1); // of that listing: nobody can say
    expect((await world.planner.known()).alpha).toBe('in scope');
    world.planner.advance(1);
    await world.planner.run({ one: ['beta'], two: ['beta'] });
    expect((await world.planner.known()).alpha).toBe(`not visible since ${world.planner.now}`);
    expect(await world.changesOf('alpha')).toEqual(['visible', 'not-visible to one', 'not-visible']);
  });

  test('is not lost to a run with other credentials while its own are in use, and is once they are not', async () => {
    await using world = await started();
    await world.planner.run({ deployed: ['alpha', 'beta'] });
    world.planner.advance(1);
    const { run } = await world.planner.run({ laptop: ['beta'] });
    expect(run).toMatchObject({ status: 'incomplete', failures: [notVisible('alpha')] });
    expect(run.failures[0]?.message).toContain('these credentials do not see it, while deployed did of late');
    expect((await world.planner.known()).alpha).toBe('in scope');
    // What the deployed credentials last listed is the newest listing of all.
    expect(await world.ledger.scope()).toMatchObject({ listedAt: START });
    world.planner.advance(30);
    await world.planner.run({ laptop: ['beta'] });
    expect((await world.planner.known()).alpha).toBe(`not visible since ${world.planner.now}`);
    expect(await world.ledger.scope()).toMatchObject({
      listedAt: world.planner.now,
      ended: [{ account: 'deployed', listedAt: START, at: world.planner.now, successors: ['laptop'] }],
    });
    expect(Object.keys((await world.ledger.scope())?.accounts ?? {})).toEqual(['laptop']);
  });

  test('under another name of the same credentials is no loss', async () => {
    await using world = await started();
    await world.planner.run({ old: ['alpha'] });
    world.planner.advance(1);
    expect((await world.planner.run({ new: ['alpha'] })).run.status).toBe('complete');
    // What only the old ones may see is not listed by that: whether they are in use nobody knows yet.
    expect(await world.ledger.scope()).toMatchObject({
      listedAt: START,
      accounts: { old: { projects: 1 }, new: { projects: 1, guest: true } },
    });
    world.planner.advance(26);
    expect((await world.planner.run({ new: ['alpha'] })).run.status).toBe('complete');
    const scope = await world.ledger.scope();
    expect(scope).toMatchObject({
      listedAt: world.planner.now,
      ended: [{ account: 'old', listedAt: START, at: world.planner.now, successors: ['new'] }],
    });
    expect(Object.keys(scope?.accounts ?? {})).toEqual(['new']);
    expect(scope?.accounts.new?.guest).toBeUndefined();
  });

  test('may be named `constructor`, as may credentials', async () => {
    await using world = await started();
    await world.planner.run({ constructor: ['toString', 'alpha'] });
    world.planner.advance(1);
    const { run } = await world.planner.run({ constructor: ['alpha'] });
    expect(run.failures).toMatchObject([notVisible('toString')]);
  });
});

describe('it ends', () => {
  const wantsProject = (name: string) => name !== 'alpha';

  test('by the settings that exclude it, until they include it again', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'] });
    world.planner.advance(1);
    await world.planner.run({ one: ['beta'] });
    world.planner.advance(1);
    const { run } = await world.planner.run({ one: ['beta'] }, { wantsProject });
    expect(run.status).toBe('complete');
    expect((await world.planner.known()).alpha).toBe(`excluded since ${world.planner.now}`);
    world.planner.advance(1);
    // A command knows of no such settings: what they said stands.
    expect((await world.planner.run({ one: ['beta'] })).run.status).toBe('complete');
    const included = await world.planner.run({ one: ['beta'] }, { wantsProject: () => true });
    expect(included.run.failures).toMatchObject([notVisible('alpha')]);
    expect(await world.changesOf('alpha')).toEqual(['visible', 'not-visible', 'excluded', 'included', 'not-visible']);
  });

  test('an excluded project that is seen is known, and not ordered', async () => {
    await using world = await started();
    const { run, tasks } = await world.planner.run({ one: ['alpha', 'beta'] }, { wantsProject });
    expect(tasks.map(({ projectName }) => projectName)).toEqual(['beta']);
    expect(run.status).toBe('complete');
    expect((await world.planner.known()).alpha).toBe(`excluded since ${START}`);
  });

  test('by retirement, until it is seen again', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'] });
    world.planner.advance(1);
    await world.planner.run({ one: ['beta'] });
    const retired = { at: world.planner.now, by: 'ada@laptop', reason: 'deleted' };
    await world.ledger.saveKnownProject(idOf('alpha'), (stored) => {
      if (!stored) throw new Error('it is known');
      return { ...stored, retired };
    });
    world.planner.advance(1);
    expect((await world.planner.run({ one: ['beta'] })).run.status).toBe('complete');
    world.planner.advance(1);
    const { run, tasks } = await world.planner.run({ one: ['alpha', 'beta'] });
    expect([run.status, tasks.length]).toEqual(['complete', 2]);
    expect((await world.planner.known()).alpha).toBe('in scope');
    expect(await world.changesOf('alpha')).toEqual(['visible', 'not-visible', 'visible', 'reinstated']);
  });

  test('the last changes are kept', async () => {
    await using world = await started();
    for (let n = 0; n <= MAX_SCOPE_CHANGES; n++) {
      await world.planner.run({ one: n % 2 ? ['beta'] : ['alpha', 'beta'] });
      world.planner.advance(0.25);
    }
    const changes = await world.changesOf('alpha');
    expect([changes.length, changes.at(-1)]).toEqual([MAX_SCOPE_CHANGES, 'visible']);
  }, 120_000);
});

describe('credentials that see nothing', () => {
  test('fail the run, and it says which role they need', async () => {
    await using world = await started();
    const { run } = await world.planner.run({ one: [] });
    expect(run).toMatchObject({ status: 'failed', projects: 0, failures: [{ what: 'projects', code: 'NO_PROJECTS' }] });
    expect(run.failures[0]?.message).toContain('Project Backup Manager');
    expect((await world.ledger.scope())?.listedAt).toBeUndefined();
  });

  test('beside others make it incomplete', async () => {
    await using world = await started();
    const { run } = await world.planner.run({ one: ['alpha'], two: [] });
    expect(run).toMatchObject({ status: 'incomplete', failures: [{ what: 'projects of two', code: 'NO_PROJECTS' }] });
    const scope = { projectId: idOf('alpha') };
    expect((await world.planner.run({ one: ['alpha'], two: [] }, { scope })).run.status).toBe('complete');
  });

  test('any more, lose all that they saw', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'] });
    world.planner.advance(1);
    const { run } = await world.planner.run({ one: [] });
    expect(run.status).toBe('failed');
    expect(run.failures.map(({ code }) => code)).toEqual(['PROJECT_NOT_VISIBLE', 'PROJECT_NOT_VISIBLE', 'NO_PROJECTS']);
    expect((await world.ledger.scope())?.listedAt).toBe(START);
  });
});

describe('when all projects were last listed', () => {
  test('is on record by credentials, with since when they fail', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha'], two: ['beta', 'gamma'] });
    const whole = await world.ledger.scope();
    expect(whole).toMatchObject({
      listedAt: START,
      accounts: { one: { listedAt: START, projects: 1 }, two: { listedAt: START, projects: 2 } },
    });
    world.planner.advance(1);
    const since = world.planner.now;
    for (let runs = 0; runs < 2; runs++) {
      await world.planner.run({ one: ['alpha'], two: 'refused' });
      expect(await world.ledger.scope()).toMatchObject({
        listedAt: START,
        accounts: { two: { listedAt: START, projects: 2, error: { code: 'ATLAS_UNAUTHORIZED', since } } },
      });
      world.planner.advance(1);
    }
    await world.planner.run({ one: ['alpha'], two: ['beta', 'gamma'] });
    const scope = await world.ledger.scope();
    expect(scope).toMatchObject({ listedAt: world.planner.now });
    expect(scope?.accounts.two?.error).toBeUndefined();
  });

  test('is recorded by a run of one project too, which records all that it lists and fails for none of them', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha', 'beta'] });
    world.planner.advance(1);
    const { run, tasks } = await world.planner.run(
      { one: ['beta', 'gamma'] },
      { scope: { projectId: idOf('gamma') }, wantsProject: () => false },
    );
    expect([run.status, tasks.length]).toEqual(['complete', 1]);
    expect(await world.ledger.scope()).toMatchObject({
      listedAt: world.planner.now,
      projectIds: ['alpha', 'beta', 'gamma'].map(idOf),
    });
    const lost = `not visible since ${world.planner.now}`;
    expect(await world.planner.known()).toEqual({ alpha: lost, beta: 'in scope', gamma: 'in scope' });
  });
});

describe('a run that never ended', () => {
  test('is ended by a later one after hours without a sign of life, and it is said what was never read', async () => {
    await using world = await started();
    const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
    const { run, tasks } = await world.planner.run({ one: names }, { read: false });
    world.planner.nowMs += DEAD_AFTER_MS / 2;
    const [first] = tasks;
    if (!first) throw new Error('nothing was ordered');
    await world.ledger.finishPart(run.runId, world.planner.part(first));
    world.planner.nowMs += DEAD_AFTER_MS - 1;
    await world.planner.run({ one: names });
    expect((await world.ledger.run(run.runId))?.run.status).toBe('running');
    world.planner.nowMs += 1;
    await world.planner.run({ one: names });
    const ended = await world.ledger.run(run.runId);
    expect(ended?.run).toMatchObject({ status: 'incomplete', failures: [{ what: 'run', code: 'RUN_DIED' }] });
    const [{ message } = { message: '' }] = ended?.run.failures ?? [];
    expect(message).toContain('nothing was heard of it after 2026-11-23 15:00:00 UTC; 7 projects never read in it: ');
    expect(message).toMatch(/ and 2 more$/);
    expect(message).not.toContain(first.projectName);
    expect(await list(world.ledger.unfinishedRuns())).toEqual([]);
  });

  test('and one whose project list never came is a failure', async () => {
    await using world = await started();
    const startedAt = '2026-11-01T00:00:00.000Z';
    const runId = newObjectId(new Date(startedAt));
    await world.ledger.startRun({
      ...{ runId, trigger: 'request', scope: {}, full: false, startedAt, status: 'running', failures: [] },
    });
    await world.planner.run({ one: ['alpha'] });
    const report = await world.ledger.run(runId);
    expect(report?.run).toMatchObject({ status: 'failed', failures: [{ code: 'RUN_DIED' }] });
    expect(report?.run.failures[0]?.message).toContain('it had not said yet what it was to read');
  });

  test('is dead at once where the process that made it is no more', async () => {
    await using world = await started();
    const processOf = (name: string, ended: readonly string[] = []) => ({
      maker: { name, hasEnded: (other: string) => ended.includes(other) },
    });
    const unmade = await world.planner.run({ one: ['alpha'] }, { read: false });
    const dead = await world.planner.run({ one: ['alpha'] }, { read: false, ...processOf('first') });
    const alive = await world.planner.run({ one: ['alpha'] }, { read: false, ...processOf('second') });
    world.planner.advance(0.1);
    await world.planner.run({ one: ['alpha'] }); // knows nothing of processes
    expect((await world.ledger.run(dead.run.runId))?.run.status).toBe('running');
    const scope = { projectId: idOf('alpha') };
    const { run } = await world.planner.run({ one: ['alpha'] }, { scope, ...processOf('third', ['first']) });
    expect(run.status).toBe('complete');
    expect((await world.ledger.run(dead.run.runId))?.run.status).toBe('failed');
    for (const { run: other } of [unmade, alive]) {
      expect((await world.ledger.run(other.runId))?.run.status).toBe('running');
    }
  });

  test('does not make later runs look through all that ended before', async () => {
    await using world = await started();
    await world.planner.run({ one: ['alpha'] });
    expect(await world.ledger.scope()).toMatchObject({ runsEndedThrough: '2026-11-23T06:00:00.000Z' });
    world.planner.advance(1);
    const { run: open } = await world.planner.run({ one: ['alpha'] }, { read: false });
    world.planner.advance(3);
    await world.planner.run({ one: ['alpha'] });
    expect(await world.ledger.scope()).toMatchObject({ runsEndedThrough: '2026-11-23T10:00:00.000Z' });
    world.planner.advance(2.5);
    await world.ledger.finishPart(open.runId, { ...world.planner.part({ projectId: 'x', projectName: 'x' } as never) });
    world.planner.advance(1);
    await world.planner.run({ one: ['alpha'] });
    expect(await world.ledger.scope()).toMatchObject({ runsEndedThrough: open.startedAt });
  });
});
