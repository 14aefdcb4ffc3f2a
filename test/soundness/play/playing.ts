// test/soundness/play/playing.ts: the state of a history that is played, and what is noted of it.
import type { History } from '../history.ts';
import { Log } from '../log.ts';
import { Oracle, type Row, type Rule, type Violation } from '../oracle.ts';
import { Atlas } from '../outside/atlas.ts';
import { MemoryTable } from '../outside/store.ts';
import { DAY_MS, HOUR_MS, type Job } from '../outside/world.ts';
import { Process } from '../process.ts';
import { type Machine, Product, tableDefinition } from '../product.ts';
import { Random } from '../random.ts';
import { Timeline } from '../timeline.ts';

export const MINUTE_MS = 60_000;

export interface Stats {
  histories: number;
  runs: number;
  requests: number;
  storeCalls: number;
  kills: number;
  /** How often each fault was met. */
  faults: Record<string, number>;
  /** Periods that were asked about, those called complete, and those of histories without faults that had to be. */
  asked: number;
  complete: number;
  due: number;
  dueComplete: number;
}

export const noStats = (): Stats => ({
  histories: 0,
  runs: 0,
  requests: 0,
  storeCalls: 0,
  kills: 0,
  faults: {},
  asked: 0,
  complete: 0,
  due: 0,
  dueComplete: 0,
});

export const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19);

export class Playing {
  readonly history: History;
  readonly timeline: Timeline;
  readonly table: MemoryTable;
  readonly atlas: Atlas;
  readonly log = new Log();
  readonly oracle: Oracle;
  readonly violations: Violation[] = [];
  /** What happened, a line each. */
  readonly lines: string[] = [];
  readonly stats = { ...noStats(), histories: 1 };
  /** Jobs taken out of the table by somebody else, and not come back. */
  readonly tampered = new Set<string>();
  /** Those of them that nobody could have noticed. */
  readonly excused = new Set<string>();
  /** Those that went with the coverage that counted them: another coverage, once written, no longer shows it. */
  uncounted = new Set<string>();
  readonly forgotten = new Set<string>();
  /** By project: since when jobs are kept, and which older ones are. */
  keeps = new Map<string, { before: string; kept: readonly string[] }>();
  /** Jobs that were let go and deleted: they never come back. */
  readonly deleted = new Set<string>();
  /** What was recorded before can't be verified any more. */
  coverageLost = false;
  /** Jobs were written over: what Atlas no longer lists nobody can put right. */
  isForged = false;
  storeFailed = false;
  lastRunWasWhole = false;
  isSkewed = false;
  readonly #ignored: ReadonlySet<string>;
  /** The jobs of the table, for as long as it stays as it is. */
  #read: { version: number; rows: ReadonlyMap<string, Row> } | undefined;

  /** @param ignored rules whose breaches are not noted */
  constructor(history: History, ignored: ReadonlySet<string>) {
    this.history = history;
    this.#ignored = ignored;
    this.timeline = new Timeline(history.startsAt - HOUR_MS);
    this.table = new MemoryTable(tableDefinition(), () => this.timeline.now);
    this.atlas = new Atlas(history.world);
    this.oracle = new Oracle(history.world, this.log, history.accounts);
    this.oracle.isLetGo = (job) => this.isLetGo(job);
  }

  isLetGo({ id, requestedAt, cluster }: Job): boolean {
    const keeps = this.keeps.get(cluster.projectId);
    return keeps !== undefined && requestedAt < Date.parse(keeps.before) && !keeps.kept.includes(id);
  }

  /** Reads what the product says of it, which must be in time. */
  async readKeeps() {
    const { keepDays, world } = this.history;
    if (keepDays === undefined) return;
    const latest = this.timeline.now - keepDays * DAY_MS;
    this.keeps = new Map();
    for (const { id } of world.projects) {
      const keeps = await this.look((product) => product.keepsSince(id));
      if (!keeps) continue;
      this.keeps.set(id, keeps);
      if (Date.parse(keeps.before) > latest)
        this.violate('let go too early', `of ${id}: jobs requested before ${keeps.before}`);
    }
  }

  /** Asks in a process of its own, with a right clock and a store that works. */
  async look<T>(question: (product: Product) => Promise<T>): Promise<T> {
    const process = new Process('a question', this.timeline);
    const machine: Machine = {
      process,
      table: this.table,
      conditions: { random: new Random('quiet'), fault: () => undefined },
      send: async () => 'none',
    };
    await using product = new Product(machine, []);
    const answer = await question(product);
    process.end();
    return answer;
  }

  async rows(): Promise<ReadonlyMap<string, Row>> {
    if (this.#read?.version === this.table.version) return this.#read.rows;
    const { version } = this.table;
    const rows = await this.look(async (product) => {
      const rows = new Map<string, Row>();
      for (const { id } of this.history.world.projects) {
        for await (const row of product.jobs(id)) rows.set(row.jobId, row);
      }
      return rows;
    });
    this.#read = { version, rows };
    return rows;
  }

  note(violations: readonly Violation[]) {
    for (const { rule, text } of violations) this.violate(rule, text);
  }

  violate(rule: Rule, text: string, reason?: string) {
    if (this.#ignored.has(rule)) return;
    this.violations.push({ rule, at: this.timeline.now, text, ...(reason === undefined ? {} : { reason }) });
    this.line(`VIOLATION ${rule}: ${text}`);
  }

  line(text: string) {
    this.lines.push(`${iso(this.timeline.now)}  ${text}`);
  }
}
