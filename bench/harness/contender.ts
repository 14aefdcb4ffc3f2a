// bench/harness/contender.ts is the inside of a contender's process: it waits to be told, runs pass after pass, and measures
// each from its first request to its last answer. What a contender brought is counted after the clock has stopped.
//
// A contender is a file that calls `contend` once and exports nothing:
//   contend<MyConfig>((config) => ({ pass: async (name) => { ...; return { ids }; }, close: async () => {} }));
import { type Answer, answerOf } from './answer.ts';

/** What a pass brought. */
export interface Brought {
  /** Every one as often as it came. */
  ids: Iterable<string>;
  /** Anything else worth a column: retries, units. */
  numbers?: Readonly<Record<string, number>>;
}

export interface Contender {
  /** What a pass does is agreed between the part that names it and its contenders. */
  pass(name: string): Promise<Brought>;
  close?(): Promise<void>;
}

/** From the parent. */
export type Order = { prepare: unknown } | { pass: string } | { close: true };

/** To the parent. */
export type Report = { ready: Measured } | { done: Measured; answer: Answer } | { failed: string };

export interface Measured {
  /** Of the pass; for `ready`, since the process began. */
  wallMs: number;
  /** User and system time of all threads of the process, over the same stretch. */
  cpuMs: number;
  /** Highest resident size since the process began, in MiB. */
  rssMb: number;
  [name: string]: number;
}

/** @param prepare makes everything that needs no request */
export function contend<C>(prepare: (config: C) => Contender | Promise<Contender>) {
  let contender: Contender | undefined;
  const obey = async (order: Order): Promise<Report> => {
    if ('prepare' in order) {
      contender = await prepare(order.prepare as C);
      return { ready: stopwatch({ wallMs: 0, cpu: { user: 0, system: 0 } })() };
    }
    if ('pass' in order) return measured(contender, order.pass);
    await contender?.close?.();
    process.exit();
  };
  process.on('disconnect', () => process.exit());
  process.on('message', (order: Order) => {
    obey(order).then(
      (report) => process.send?.(report),
      (error: unknown) =>
        process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}

async function measured(contender: Contender | undefined, pass: string): Promise<Report> {
  if (!contender) throw new Error(`pass ${pass} was ordered before the contender was prepared`);
  const stop = stopwatch();
  const { ids, numbers } = await contender.pass(pass);
  const done = stop();
  return { done: { ...numbers, ...done }, answer: answerOf(ids) };
}

function stopwatch(from = { wallMs: performance.now(), cpu: process.cpuUsage() }): () => Measured {
  return () => {
    const wallMs = performance.now() - from.wallMs;
    const { user, system } = process.cpuUsage(from.cpu);
    return { wallMs, cpuMs: (user + system) / 1_000, rssMb: process.resourceUsage().maxRSS / 1_024 };
  };
}
