// What the coverage adds up to is given out as current only where it is that of the coverage, whoever writes, repeats or dies when.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countCoverage } from '../../../functions/collector/evaluate/count-coverage.ts';
import { tableLedger } from '../../../functions/ledger/repositories/table-ledger.ts';
import { COVERAGE_WRITERS_KEY, coverageKey, isTotalsPk } from '../../../functions/ledger/table/keys.ts';
import type { Table } from '../../../functions/ledger/table/table-port.ts';
import { LEASE_MS } from '../../../functions/ledger/totals/coverage-writer.ts';
import { totalsOf } from '../../../functions/views/coverage-totals.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { cluster, coverage, list } from '../../proof/facts.ts';
import { testEngine } from '../engines.ts';
import { idAt } from '../jobs.ts';
import { NOW } from '../table.ts';

const engine = testEngine();
const LATE = 7_200_000;
const START = Date.parse(NOW);
const [A, B] = [idAt('2025-06-01T00:00:00Z', 1), idAt('2025-06-01T00:00:00Z', 2)];

/** Of as many clusters as it was written times, so that each write shows. */
function written(projectId: string, clusters: number, at: number) {
  const readAt = new Date(at).toISOString();
  const lists = { dedicated: list({ readAt }), collection: list({ readAt }) };
  const all = Array.from({ length: clusters }, (_, n) => [`c${n}`, cluster(lists, { clusterName: `c${n}` })]);
  return coverage({ projectId, projectName: projectId, clusters: Object.fromEntries(all) });
}

async function truth(ledger: ReturnType<typeof tableLedger>, now: number) {
  return totalsOf(ledger.projects(), { now, lateAfterMs: LATE });
}

async function expectHonest(ledger: ReturnType<typeof tableLedger>) {
  const kept = await ledger.coverageTotals();
  if (!kept?.isCurrent) return false;
  expect(kept.totals).toEqual(await truth(ledger, Date.parse(kept.totals.countedAt)));
  return true;
}

test('they are current after a count, and not from the next write until the next count', async () => {
  await using own = await engine.newTable();
  const { ledger } = own;
  const counting = { now: () => START, lateAfterMs: LATE };
  expect(await ledger.coverageTotals()).toBeUndefined();
  await ledger.saveCoverage(A, () => written(A, 1, START));
  await countCoverage(ledger, counting);
  expect(await expectHonest(ledger)).toBe(true);
  await ledger.saveCoverage(A, () => written(A, 2, START));
  expect(await expectHonest(ledger)).toBe(false);
  expect((await ledger.coverageTotals())?.totals.numbers.clusters.start).toBe(1); // as of a time that is said
  await countCoverage(ledger, counting);
  expect(await expectHonest(ledger)).toBe(true);
  await ledger.saveKnownProject(B, () => ({ ...knownOf(B), revision: 0 }));
  expect(await expectHonest(ledger)).toBe(false);
});

test('nothing is counted while somebody writes; of one who died, once that is certain', async () => {
  const clock = new ManualClock(START);
  const now = () => clock.now();
  await using own = await engine.newTable(now);
  const dying = tableLedger({ table: own.table, now });
  await dying.saveCoverage(A, () => written(A, 1, START));
  await countCoverage(own.ledger, { now, lateAfterMs: LATE });
  expect(await own.ledger.coverageTotals()).toBeUndefined();
  clock.advance(LEASE_MS + 1);
  await countCoverage(own.ledger, { now, lateAfterMs: LATE });
  expect(await expectHonest(own.ledger)).toBe(true);
  // Nobody is left on record.
  const writers = await own.table.get(COVERAGE_WRITERS_KEY);
  expect(Object.keys(writers ?? {}).sort()).toEqual(['marks', 'pk', 'sk']);
});

test('between runs they are counted every fifteen minutes, however often open jobs are followed', async () => {
  const clock = new ManualClock(START);
  const now = () => clock.now();
  await using own = await engine.newTable(now);
  await own.ledger.saveCoverage(A, () => written(A, 1, START));
  await countCoverage(own.ledger, { now, lateAfterMs: LATE }, false);
  expect(await expectHonest(own.ledger)).toBe(true);
  await own.ledger.saveCoverage(A, () => written(A, 2, START));
  clock.advance(60_000);
  await countCoverage(own.ledger, { now, lateAfterMs: LATE }, false);
  expect(await expectHonest(own.ledger)).toBe(false);
  clock.advance(900_000);
  await countCoverage(own.ledger, { now, lateAfterMs: LATE }, false);
  expect(await expectHonest(own.ledger)).toBe(true);
});

const step = fc.oneof(
  fc.record({ what: fc.constant('begin' as const), writer: fc.nat(2), project: fc.constantFrom(A, B) }),
  fc.record({ what: fc.constantFrom('finish', 'done', 'die', 'repeat' as const), writer: fc.nat(2) }),
  fc.record({ what: fc.constantFrom('count', 'begin count', 'finish count') }),
  fc.record({ what: fc.constant('wait' as const), ms: fc.constantFrom(400_000, LEASE_MS + 1) }),
);

test('whatever writers do, and wherever they die, what is given out as current is true', async () => {
  let current = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const clock = new ManualClock(START);
      const now = () => clock.now();
      await using own = await engine.newTable(now);
      const play = new Play(own.table, now);
      for (const one of steps) {
        if (one.what === 'wait') {
          await play.pass('ms' in one ? one.ms : 0);
          clock.advance('ms' in one ? one.ms : 0);
        } else await play.take(one);
        if (await expectHonest(own.ledger)) current += 1;
      }
      await play.end();
    }),
    { numRuns: 150 },
  );
  expect(current).toBeGreaterThan(50);
});

test('a request of a writer that arrives again, late, makes nothing current that is not', async () => {
  await using own = await engine.newTable();
  const late: (() => Promise<unknown>)[] = [];
  const table = over(own.table, { update: (send) => kept(late, send) });
  const twice = tableLedger({ table, now: () => START });
  await twice.saveCoverage(A, () => written(A, 1, START));
  await twice.coverageWritten();
  await twice.saveCoverage(A, () => written(A, 2, START)); // goes on
  for (const again of late.slice(0, 2)) await again(); // those of the first
  await countCoverage(own.ledger, { now: () => START, lateAfterMs: LATE });
  expect(await own.ledger.coverageTotals()).toBeUndefined();
});

function signal() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

/** Three writers, and somebody who counts, each stopped halfway at will. */
class Play {
  readonly #table: Table;
  readonly #now: () => number;
  readonly #writers: Writer[];
  #counting: { go(): void; ended: Promise<void> } | undefined;
  #clusters = 0;

  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
    this.#writers = [0, 1, 2].map(() => new Writer(table, now));
  }

  async take(one: { what: string; writer?: number; project?: string }) {
    const writer = this.#writers[one.writer ?? 0] as Writer;
    if (one.what === 'begin') await writer.begin(one.project ?? A, ++this.#clusters, this.#now());
    if (one.what === 'finish') await writer.finish();
    if (one.what === 'done') await writer.ledger.coverageWritten();
    if (one.what === 'repeat') await writer.repeat();
    if (one.what === 'die') this.#writers[one.writer ?? 0] = new Writer(this.#table, this.#now);
    if (one.what === 'count') await countCoverage(this.#ledger(), { now: this.#now, lateAfterMs: LATE });
    if (one.what === 'begin count') await this.#beginCount();
    if (one.what === 'finish count') await this.#finishCount();
  }

  /** No write takes as long as a lease: who is held back goes on, or has died. */
  async pass(ms: number) {
    for (const [n, writer] of this.#writers.entries()) {
      if (ms > LEASE_MS) this.#writers[n] = new Writer(this.#table, this.#now);
      else await writer.finish();
    }
  }

  end = () => this.#finishCount();

  #ledger = () => tableLedger({ table: this.#table, now: this.#now });

  async #beginCount() {
    await this.#finishCount();
    const [gate, at] = [signal(), signal()];
    const counted = this.#ledger().saveCoverageTotals(async (projects) => {
      const totals = await totalsOf(projects, { now: this.#now(), lateAfterMs: LATE });
      at.resolve();
      await gate.promise;
      return totals;
    });
    this.#counting = { go: gate.resolve, ended: counted.finally(at.resolve) };
    await at.promise;
  }

  async #finishCount() {
    this.#counting?.go();
    await this.#counting?.ended;
    this.#counting = undefined;
  }
}

/** One process, whose write of coverage can be held back. */
class Writer {
  readonly ledger: ReturnType<typeof tableLedger>;
  #held: { go(): void; ended: Promise<unknown> } | undefined;
  #hold: (() => Promise<void>) | undefined;
  readonly #sent: (() => Promise<unknown>)[] = [];

  constructor(table: Table, now: () => number) {
    const update = (send: () => Promise<unknown>) => kept(this.#sent, send);
    const put = async (send: () => Promise<unknown>, key: { sk: string }) => {
      if (key.sk === coverageKey('').sk) await this.#hold?.();
      return send();
    };
    this.ledger = tableLedger({ table: over(table, { update, put }), now });
  }

  async begin(projectId: string, clusters: number, at: number) {
    await this.finish();
    const [gate, held] = [signal(), signal()];
    this.#hold = () => {
      held.resolve();
      return gate.promise;
    };
    const ended = this.ledger.saveCoverage(projectId, () => written(projectId, clusters, at));
    this.#held = { go: gate.resolve, ended };
    await held.promise;
    this.#hold = undefined;
  }

  async finish() {
    this.#held?.go();
    await this.#held?.ended;
    this.#held = undefined;
  }

  /** The last mark is sent again. */
  repeat = async () => void (await this.#sent.at(-1)?.());
}

function kept(sent: (() => Promise<unknown>)[], send: () => Promise<unknown>) {
  sent.push(send);
  return send();
}

interface Over {
  update?(send: () => Promise<unknown>): Promise<unknown>;
  put?(send: () => Promise<unknown>, key: { sk: string }): Promise<unknown>;
}

function over(table: Table, { update, put }: Over): Table {
  return new Proxy(table, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const send = () => method.apply(target, args);
        const key = args[0] as { pk: string; sk: string };
        if (name === 'update' && update && isTotalsPk(key.pk)) return update(send);
        if (name === 'put' && put) return put(send, key);
        return send();
      };
    },
  });
}

const knownOf = (projectId: string) => ({
  ...{ projectId, projectName: projectId, firstSeenAt: NOW },
  ...{ accounts: {}, changes: [] },
});
