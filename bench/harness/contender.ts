// bench/harness/contender.ts: the inside of a contender's process. A contender is a file that calls `contend` once.
import { readFileSync } from 'node:fs';
import { answerOf } from './answer.ts';
import { serve } from './serve.ts';

export type Numbers = Readonly<Record<string, number>>;

export interface Contender {
  /** Makes what the next pass needs; no clock runs, and nothing is counted. */
  ready?(): Promise<void>;
  /** Does the work, and may return numbers of its own; the clock runs meanwhile. */
  pass(name: string): Promise<Numbers | undefined>;
  /** Every id that the last pass found, as often as it was found; the clock has stopped. */
  ids(): Iterable<string> | Promise<Iterable<string>>;
  close?(): Promise<void>;
}

/** @param prepare makes everything that needs no request */
export function contend<C>(prepare: (config: C) => Contender) {
  serve(handlersOf(prepare));
}

export type ContenderHandlers = ReturnType<typeof handlersOf<unknown>>;

function handlersOf<C>(prepare: (config: C) => Contender) {
  let contender: Contender;
  return {
    prepare: (config: C) => {
      contender = prepare(config);
    },
    ready: async () => contender.ready?.(),
    pass: (name: string) => measured(() => contender.pass(name)),
    answer: async () => answerOf(await contender.ids()),
    close: async () => contender.close?.(),
  };
}

/** `wallMs`; `cpuMs`, user and system time of all threads; `rssMb`, the peak since the process began, in MiB. */
async function measured(pass: () => Promise<Numbers | undefined>): Promise<Numbers> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const numbers = await pass();
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { ...numbers, wallMs, cpuMs: (user + system) / 1_000, rssMb: peakMb() };
}

/** VmHWM starts anew with a program; `maxRSS` is at least that of the process that started it. */
export function peakMb(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kb = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kb) / 1_024;
}
