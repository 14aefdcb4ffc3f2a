// test/soundness/main.ts: `npm run test:soundness`: thousands of random histories, on all processors, each evaluated by the
// oracle.
//
// SOUNDNESS_HISTORIES: how many. SOUNDNESS_MINUTES: begin no more after so many. SOUNDNESS_FROM: the first seed. SOUNDNESS_SEED: play this one, make it small and tell it.
// SOUNDNESS_UNTIL_FIRST: stop at the first history that breaks a rule, and don't make it small.
// SOUNDNESS_IGNORE: rules whose breaches are not told, separated by semicolons. SOUNDNESS_PROCESSES: how many at a time.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { type Breach, type Campaign, campaign, together, told, weaknessOf } from './campaign.ts';
import { historyOf } from './history.ts';
import { mutate } from './mutate.ts';
import type { Rule } from './oracle.ts';
import { play } from './play/driver.ts';
import { shrink } from './shrink.ts';

/** Some four minutes on two cores. */
const HISTORIES = 2_500;
/** A busy machine plays fewer of them. */
const MINUTES = 5;
/** Handed to a process at once. */
const BATCH = 25;
/** Rules of which an example is told. */
const MAX_TOLD = 12;

const { env } = process;
const ignored = new Set((env.SOUNDNESS_IGNORE ?? '').split(';').filter((rule) => rule !== ''));

async function main() {
  if (process.send) return worker();
  if (process.argv.includes('--mutations')) process.exitCode = await mutate();
  else process.exitCode = env.SOUNDNESS_SEED === undefined ? await many() : await one(env.SOUNDNESS_SEED);
}

async function many(): Promise<number> {
  const from = Number(env.SOUNDNESS_FROM ?? 1);
  const count = Number(env.SOUNDNESS_HISTORIES ?? HISTORIES);
  const began = Date.now();
  const all = together(await inProcesses(from, from + count));
  if (env.SOUNDNESS_UNTIL_FIRST !== undefined) return all.breaches.length > 0 ? 1 : 0;
  const seconds = (Date.now() - began) / 1000;
  console.log(
    `${told(all)}\n${seconds.toFixed(0)} s, ${(all.stats.histories / seconds).toFixed(1)} histories a second`,
  );
  if (all.stats.histories < count) console.log(`${count - all.stats.histories} more were not begun, for want of time`);
  const byRule = new Map<Rule, Breach[]>();
  for (const breach of all.breaches) byRule.set(breach.rule, [...(byRule.get(breach.rule) ?? []), breach]);
  for (const [rule, breaches] of [...byRule].sort(([, a], [, b]) => b.length - a.length)) {
    const seeds = breaches.slice(0, 8).map(({ seed }) => seed);
    console.log(`\n${rule}: ${breaches.length}, seeds ${seeds.join(' ')}\n  ${breaches[0]?.text}`);
  }
  for (const [rule, [first]] of [...byRule].slice(0, MAX_TOLD)) if (first) await tell(first.seed, rule);
  const weakness = weaknessOf(all);
  if (weakness) console.log(`\nThe check itself is weak: ${weakness}`);
  return all.breaches.length > 0 || weakness ? 1 : 0;
}

async function one(seed: string): Promise<number> {
  const { violations, lines } = await play(historyOf(seed), { ignored });
  console.log(lines.join('\n'));
  const [first] = violations;
  if (first) await tell(seed, first.rule);
  return first ? 1 : 0;
}

async function tell(seed: string, rule: Rule) {
  const small = await shrink(historyOf(seed), rule, ignored);
  if (!small) return;
  console.log(`\n== ${rule}: seed ${seed}, made small`);
  console.log(small.played.lines.join('\n'));
  const { SOUNDNESS_IGNORE: others } = env;
  console.log(`again: ${others ? `SOUNDNESS_IGNORE='${others}' ` : ''}SOUNDNESS_SEED=${seed} npm run test:soundness`);
}

/** Batches of seeds, to as many processes as there are processors. */
async function inProcesses(from: number, to: number): Promise<Campaign[]> {
  const results: Campaign[] = [];
  const endsAt = Date.now() + Number(env.SOUNDNESS_MINUTES ?? MINUTES) * 60_000;
  let next = from;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(import.meta.filename, { env });
      const give = () => {
        if (next >= to || Date.now() >= endsAt) return child.disconnect();
        child.send({ from: next, to: Math.min(to, next + BATCH) });
        next += BATCH;
      };
      child.on('message', (result: Campaign) => {
        results.push(result);
        if (result.breaches.length > 0 && env.SOUNDNESS_UNTIL_FIRST !== undefined) next = to;
        give();
      });
      child.on('error', reject);
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a process ended with ${code}`))));
      give();
    });
  const processes = Number(env.SOUNDNESS_PROCESSES ?? availableParallelism());
  await Promise.all(Array.from({ length: processes }, work));
  return results;
}

function worker() {
  process.on('message', ({ from, to }: { from: number; to: number }) => {
    const seeds = Array.from({ length: to - from }, (_, i) => String(from + i));
    campaign(seeds, ignored).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

await main();
