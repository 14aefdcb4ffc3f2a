// Whoever writes, counts and dies in whatever order: what is answered from the jobs that are kept by day is what the table holds.
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DayMarker } from '../../../functions/ledger/days/day-marker.ts';
import { jobsOf } from '../../../functions/ledger/days/day-range.ts';
import { DayRepository } from '../../../functions/ledger/days/day-repository.ts';
import { digestWith } from '../../../functions/ledger/days/job-digests.ts';
import { attributeOf, isLongAgo, markedDays, SETTLE_MS } from '../../../functions/ledger/days/marks.ts';
import { packedJob } from '../../../functions/ledger/days/packed-jobs.ts';
import { addJob, type CountedJob, compact, noDayCounts } from '../../../functions/ledger/model/day-counts.ts';
import { LedgerError } from '../../../functions/ledger/model/errors.ts';
import { canonicalJson } from '../../../functions/ledger/model/fingerprint.ts';
import { NO_IDS } from '../../../functions/ledger/model/id-set.ts';
import type { JobsFilter, Ledger } from '../../../functions/ledger/model/ledger.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { tableLedger } from '../../../functions/ledger/repositories/table-ledger.ts';
import { type Item, jobSummary } from '../../../functions/ledger/table/job-item.ts';
import {
  ALL_DAY_MARKS,
  dayCountsKey,
  dayJobsKey,
  dayMarksKey,
  dayOf,
  jobKey,
  type Key,
} from '../../../functions/ledger/table/keys.ts';
import { everything, type Table } from '../../../functions/ledger/table/table-port.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import { RULES, STATUSES } from '../../../functions/schema/words.ts';
import { Random } from '../../soundness/random.ts';
import { completed, idAt, job, PROJECT, seen } from '../jobs.ts';
import { MemoryTable } from '../memory-table.ts';
import { CutOff, jobsIn, Process, settled, Turns, tableOf } from './turns.ts';

const START = Date.parse('2026-11-23T12:00:00Z');
const MINUTE = 60_000;
const DAY_MS = 86_400_000;
const PROJECTS = [PROJECT, 'eeeeeeeeeeeeeeeeeeeeeeee'];
/** Today, days beside the borders of months, a leap day, tomorrow, and the first second of all. */
const DAYS = ['2026-11-23', '2026-11-22', '2026-11-01', '2026-10-31', '2026-03-01', '2024-02-29', '2026-11-24'];
const FIRST_DAY = '1970-01-01';
const SKEW_MS = 10 * MINUTE;

/** As the version before the jobs were kept counted a day. */
async function countAsBefore(table: Table, now: () => number): Promise<void> {
  for await (const month of everything(table, { ...ALL_DAY_MARKS, order: 'desc', consistent: true })) {
    for (const { day, marks, opened, counted, countedAt, settled } of markedDays(month)) {
      if (settled === marks || (counted === marks && !isLongAgo(countedAt, now()))) continue;
      const key = dayCountsKey(day);
      const revision = (await table.get(key))?.revision as number | undefined;
      const startedAt = now();
      const counts = noDayCounts();
      for await (const item of everything(table, jobsOf([day]))) addJob(counts, item as unknown as CountedJob);
      const put = { ...key, revision: (revision ?? 0) + 1, counts: compact(counts) };
      if (!(await table.put(put, { revision })).done) continue;
      const set =
        counted === marks && isLongAgo(countedAt, startedAt)
          ? { [attributeOf('settled', day)]: marks, [attributeOf('closed', day)]: opened }
          : { [attributeOf('counted', day)]: marks, [attributeOf('countedAt', day)]: startedAt };
      await table.update(dayMarksKey(day.slice(0, 7)), { set }, {});
    }
  }
}

interface Writer {
  ledger: Ledger;
  table: ReturnType<typeof tableOf>;
  process: Process;
}

/** A ledger whose processes do what comes, and what it holds. */
class History {
  readonly random: Random;
  readonly table: MemoryTable;
  readonly turns = new Turns();
  readonly said: string[] = [];
  /** What the clocks of all say; they may step backward. */
  clock = START;
  readonly #under = new Set<Promise<void>>();
  readonly #days: readonly string[];
  #writers: Writer[] = [];
  #salt = 0;
  readonly #isSpoiled: boolean;

  constructor(seed: string, { lag = 0, isSpoiled = false }: { lag?: number; isSpoiled?: boolean }) {
    this.#isSpoiled = isSpoiled;
    this.random = new Random(seed);
    this.table = new MemoryTable(() => this.random.int(0, lag));
    this.#days = this.random.chance(0.05) ? [...DAYS, FIRST_DAY] : DAYS;
  }

  now = () => this.clock;

  #writer(): Writer {
    const { random } = this;
    this.#writers = this.#writers.filter(({ process }) => !process.isDead);
    if (this.#writers.length < 2) {
      const process = new Process(this.turns, random.chance(0.4) ? random.int(1, 12) : undefined);
      const table = tableOf(this.table, process);
      this.#writers.push({ process, table, ledger: tableLedger({ table, now: this.now }) });
    }
    return random.pick(this.#writers);
  }

  /** Begins, and goes on when it is its turn. */
  #begin(what: string, work: () => Promise<unknown>): void {
    this.said.push(what);
    const under = work().then(
      () => {},
      (error: unknown) => {
        if (!(error instanceof CutOff) && !(error instanceof LedgerError && error.code === 'LEDGER_CONFLICT'))
          throw error;
      },
    );
    this.#under.add(under);
    under.finally(() => this.#under.delete(under)).catch(() => {});
  }

  #newJob(): RestoreJob {
    const { random } = this;
    const day = random.pick(this.#days);
    const time = random.pick(['00:00:00', '23:59:59', '11:30:00', `${random.int(10, 23)}:${random.int(10, 59)}:07`]);
    const jobId = day === FIRST_DAY ? idAt(`${day}T00:00:00Z`, this.#salt++) : idAt(`${day}T${time}Z`, this.#salt++);
    const kind = random.pick(['dedicated', 'flex'] as const);
    const delivery = random.pick(['automated', 'download'] as const);
    return job({ jobId, projectId: random.pick(PROJECTS), kind, delivery });
  }

  async #aJob(): Promise<RestoreJob | undefined> {
    const jobs = await jobsIn(this.table);
    return jobs.length > 0 ? { ...job(), ...jobSummary(this.random.pick(jobs)) } : undefined;
  }

  #sighting() {
    return { ...seen(0), observedAt: new Date(this.clock).toISOString() };
  }

  async step(): Promise<void> {
    const { random, turns } = this;
    const what = random.weighted({
      turn: 30,
      record: 6,
      change: 5,
      annotate: 3,
      vanish: 1,
      remove: 1,
      end: 4,
      count: 6,
      before: 2,
      all: 1,
      wait: 4,
      spoil: this.#isSpoiled ? 1 : 0,
    });
    if (what === 'turn') {
      for (let n = random.int(1, 8); n > 0 && turns.waiting > 0; n--)
        await turns.next((count) => random.int(0, count - 1));
      return;
    }
    if (what === 'wait') return this.#wait();
    if (what === 'count' || what === 'before' || what === 'all') {
      const process = new Process(turns, random.chance(0.4) ? random.int(0, 14) : undefined);
      const table = tableOf(this.table, process);
      if (what === 'before') this.#begin(what, () => countAsBefore(table, this.now));
      else this.#begin(what, () => new DayRepository(table, this.now).count(() => false, what === 'all'));
      return;
    }
    if (what === 'spoil') return this.#spoil();
    const { ledger, table } = this.#writer();
    if (what === 'end') return this.#begin(what, () => ledger.markDaysAgain());
    if (what === 'record') {
      const one = this.#newJob();
      return this.#begin(`record ${one.requestedAt} ${one.jobId}`, () => ledger.record(one, this.#sighting()));
    }
    const one = await this.#aJob();
    if (!one) return;
    const at = `${one.requestedAt} ${one.jobId}`;
    if (what === 'change')
      return this.#begin(`change ${at}`, () =>
        ledger.record(
          one.status === 'RUNNING'
            ? completed(job({ ...one }))
            : { ...one, status: random.pick(STATUSES), atlas: { n: random.int(0, 99) } },
          this.#sighting(),
          true,
        ),
      );
    if (what === 'vanish')
      return this.#begin(`vanish ${at}`, () => ledger.markVanished(one.projectId, one.jobId, this.#sighting()));
    if (what === 'annotate') {
      const findings = random
        .shuffled(RULES)
        .slice(0, random.int(0, 2))
        .map((rule) => ({
          rule,
          severity: random.pick(['notice', 'warning', 'critical'] as const),
          at: one.requestedAt,
          why: 'asked by ada@example.com',
        }));
      return this.#begin(`annotate ${at}`, () =>
        ledger.annotate(one.projectId, one.jobId, this.#sighting(), () => ({ findings }) as never),
      );
    }
    // As retention does.
    this.#begin(`remove ${at}`, async () => {
      const marker = new DayMarker(table, this.now);
      await marker.mark([one.jobId]);
      await table.delete(jobKey(one.projectId, one.jobId));
      await marker.markAgain();
    });
  }

  /** Nobody sleeps for long between its mark and its write (docs/decisions/0034-day-counts.md, what is left open). */
  async #wait(): Promise<void> {
    const { random } = this;
    if (random.chance(0.4)) {
      this.clock += random.int(1, 20_000);
      return;
    }
    await this.finish();
    // An index follows its table by milliseconds.
    this.table.catchUp();
    this.clock += random.pick([MINUTE, 4 * MINUTE, 6 * MINUTE, SETTLE_MS, SETTLE_MS + MINUTE]);
    if (random.chance(0.15)) this.clock -= random.pick([MINUTE, 10 * MINUTE, 61 * MINUTE]);
    this.said.push(`clock ${new Date(this.clock).toISOString()}`);
  }

  /** What is kept of a day is damaged so that it is no list of its jobs any more. */
  async #spoil(): Promise<void> {
    const { random } = this;
    const key = dayJobsKey(random.pick(this.#days));
    const item = (await this.table.get(key)) as (Item & Key) | undefined;
    if (!item) return;
    const packed = String(item.packed);
    const other = await this.table.get(dayJobsKey(random.pick(this.#days)));
    const asPacked = (value: unknown) => deflateRawSync(JSON.stringify(value)).toString('base64');
    const spoiled = random.pick<unknown>([
      packed.slice(0, random.int(0, packed.length - 4)),
      'no base64 at all ☃',
      7,
      asPacked({}),
      asPacked(null),
      asPacked([]),
      asPacked({ jobId: 'text' }),
      asPacked({ jobId: ['6922f6000000000000000000'] }),
      asPacked({ jobId: [] }),
      ...(other && other.sk !== key.sk ? [other.packed] : []),
    ]);
    this.said.push(`spoil ${key.sk} ${String(spoiled).slice(0, 30)}`);
    if (random.chance(0.2)) await this.table.delete(key);
    else await this.table.put({ ...item, packed: spoiled });
  }

  /** Until nobody waits. */
  async finish(): Promise<void> {
    await settled();
    while (this.turns.waiting > 0) await this.turns.next((count) => this.random.int(0, count - 1));
    await Promise.all(this.#under);
  }

  /** What a query finds in the table itself, newest first. */
  async expected(fits: (job: RestoreJob & Item) => boolean, until?: string, since?: string): Promise<Item[]> {
    const end = until === undefined ? this.clock + SKEW_MS : Date.parse(until);
    const begin = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
    const at = (one: Item) => Number.parseInt(String(one.jobId).slice(0, 8), 16) * 1_000;
    return (await jobsIn(this.table)).filter(
      (one) => at(one) >= begin && at(one) < end && fits(one as unknown as RestoreJob & Item),
    );
  }

  #period(): { since?: string; until?: string } {
    const { random } = this;
    const moment = () => {
      const day = Date.parse(random.pick(this.#days));
      return new Date(
        day + random.pick([0, 0, DAY_MS, 1_000, DAY_MS - 1_000, DAY_MS - 1, random.int(0, DAY_MS)]),
      ).toISOString();
    };
    const [since = '', until = ''] = [moment(), moment()].sort();
    return random.pick([{}, { since }, { until }, { since, until }, { since: '2026-11-01', until: '2026-11-24' }]);
  }

  /** Compares an answer of each kind with the table. */
  async check(): Promise<void> {
    const { random } = this;
    const reader = ledgerReader({ table: this.table, now: this.now });
    const period = this.#period();
    const most = random.pick([1, 2, 5, 1_000]);
    const [filter, fits] = random.pick<[JobsFilter, (job: RestoreJob & Item) => boolean]>([
      [{}, () => true],
      [{ kinds: ['flex'] }, ({ kind }) => kind === 'flex'],
      [{ deliveries: ['download'] }, ({ delivery }) => delivery === 'download'],
      [
        { statuses: ['RUNNING', 'FAILED', 'READY', 'COMPLETED'] },
        ({ status }) => ['RUNNING', 'FAILED', 'READY', 'COMPLETED'].includes(status),
      ],
      [
        { findings: [RULES[0]] },
        ({ findings }) => (findings as { rule: string }[] | undefined)?.some(({ rule }) => rule === RULES[0]) === true,
      ],
      [{ projectIds: [PROJECTS[1] ?? ''] }, ({ projectId }) => projectId === PROJECTS[1]],
      [{ statuses: ['RUNNING'] }, ({ status }) => status === 'RUNNING'],
    ]);
    // Few statuses are looked up by status, where Atlas's clock is not compared with ours.
    const end = filter.statuses?.length === 1 ? (period.until ?? '2030-01-01') : period.until;
    const expected = await this.expected(fits, end, period.since);
    const whole = random.chance(0.3);
    this.said.push(`asked ${JSON.stringify({ ...filter, ...period, most, whole })}`);
    const looked = await reader.lookAtJobs({ ...filter, ...period }, { most, whole });
    const shown = (one: object) => (whole ? jobSummary(one as Item) : packedJob(one as Item));
    agrees(looked.items.map(shown), expected.map(shown), looked.reachedAt);
    const newest = await reader.newestJobs(most);
    const all = await this.expected(() => true);
    agrees(newest.items, all.map(jobSummary), newest.reachedAt);
    const [first, last] = [random.int(0, 40), random.int(0, 40)].sort((a, b) => a - b) as [number, number];
    const since = new Date(Date.parse('2026-10-28') + first * DAY_MS).toISOString();
    const until = new Date(Date.parse('2026-10-28') + (last + 1) * DAY_MS).toISOString();
    const days: string[] = [];
    for (let at = Date.parse(since); at < Date.parse(until); at += DAY_MS)
      days.push(new Date(at).toISOString().slice(0, 10));
    const ofDays = await reader.lookAtDays({ since, until }, days, most);
    const inDays = await this.expected(() => true, until, since);
    agrees(ofDays.items.map(packedJobOf), inDays.map(packedJobOf), ofDays.reachedAt);
    const counts = [...ofDays.counts, ...(await reader.dayCounts(days))];
    expect(counts).toEqual(counts.map(([day]) => [day, countedOf(inDays, day)]));
  }

  /** The jobs of every day are those of the table. */
  async keepsAll(): Promise<void> {
    const ledger = tableLedger({ table: this.table, now: this.now });
    const days = await ledger.daysWritten();
    const digests = new Map(days.map((day) => [day, NO_IDS]));
    for (const one of await jobsIn(this.table)) {
      const day = dayOf(String(one.jobId));
      digests.set(day, digestWith(digests.get(day) ?? '', one));
    }
    expect(await ledger.dayJobDigests(days)).toEqual(digests);
  }
}

const packedJobOf = (one: object) => packedJob(one as Item);

function countedOf(jobs: readonly Item[], day: string) {
  const counts = noDayCounts();
  for (const one of jobs) if (dayOf(String(one.jobId)) === day) addJob(counts, one as unknown as CountedJob);
  return counts;
}

/** The newest of what is expected: all where nothing else is said, and all after the moment that is said. */
function agrees(found: readonly object[], expected: readonly object[], reachedAt: string | undefined): void {
  const needed =
    reachedAt === undefined ? expected : expected.filter((one) => (one as RestoreJob).requestedAt > reachedAt);
  const all = expected.slice(0, Math.max(found.length, needed.length));
  expect(found.map(plain)).toEqual(all.map(plain));
  expect(found.filter((one) => (one as RestoreJob).requestedAt < (reachedAt ?? ''))).toEqual([]);
}
const plain = (one: object) => `${(one as RestoreJob).requestedAt} ${canonicalJson(one)}`;

async function told(history: History, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new Error(`after\n${history.said.slice(-40).join('\n')}`, { cause: error });
  }
}

/** More of them, or others, by hand. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 4);
const FROM = Number(process.env.FUZZ_FROM ?? 0);
const STEPS = 120;

test.each([
  ['whoever writes, counts and dies', false],
  ['however what is kept is damaged', true],
])('%s, an answer is that of the table', async (name, isSpoiled) => {
  for (let run = FROM; run < FROM + RUNS; run++) {
    const history = new History(`${name} ${run}`, { isSpoiled });
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      if (history.random.chance(0.4)) await told(history, () => history.check());
    }
    await history.finish();
    await told(history, () => history.check());
  }
});

test('what an index showed too late is in every answer once the days are counted again', async () => {
  for (let run = FROM; run < FROM + RUNS; run++) {
    const history = new History(`late ${run}`, { lag: 6 });
    for (let step = 0; step < STEPS; step++) await history.step();
    await history.finish();
    history.table.catchUp();
    const days = new DayRepository(history.table, history.now);
    for (let n = 0; n < 3; n++) {
      await days.count(() => false);
      history.clock += SETTLE_MS;
    }
    for (let n = 0; n < 20; n++) await told(history, () => history.check());
    await history.keepsAll();
  }
});
