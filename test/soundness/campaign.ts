// test/soundness/campaign.ts: many histories, and the sum of what they show.

import { historyOf } from './history.ts';
import type { Rule } from './oracle.ts';
import { play } from './play/driver.ts';
import { noStats, type Stats } from './play/playing.ts';

export interface Breach {
  seed: string;
  rule: Rule;
  text: string;
}

export interface Campaign {
  stats: Stats;
  breaches: Breach[];
}

export async function campaign(
  seeds: Iterable<string>,
  ignored: ReadonlySet<string> = new Set(),
  onPlayed: () => void = () => {},
): Promise<Campaign> {
  const result: Campaign = { stats: noStats(), breaches: [] };
  for (const seed of seeds) {
    const { violations, stats } = await play(historyOf(seed), { ignored });
    result.stats = sum(result.stats, stats);
    const [first] = violations;
    if (first) result.breaches.push({ seed, rule: first.rule, text: first.text });
    onPlayed();
  }
  return result;
}

export function together(campaigns: readonly Campaign[]): Campaign {
  return {
    stats: campaigns.map(({ stats }) => stats).reduce(sum, noStats()),
    breaches: campaigns.flatMap(({ breaches }) => breaches),
  };
}

function sum(a: Stats, b: Stats): Stats {
  const faults = { ...a.faults };
  for (const [name, count] of Object.entries(b.faults)) faults[name] = (faults[name] ?? 0) + count;
  const total = { ...a, faults };
  for (const name of Object.keys(a) as (keyof Stats)[]) if (name !== 'faults') total[name] = a[name] + b[name];
  return total;
}

/**
 * A check that can't fail is none: periods and runs that nothing stands against have to be complete, and there have to be enough
 * of them.
 * @returns what is wrong with the campaign itself
 */
export function weaknessOf({ breaches, stats }: Campaign): string | undefined {
  const { due, dueComplete, asked, complete, histories } = stats;
  if (breaches.length > 0 || histories < 20) return undefined; // a history that broke a rule was not played to its end
  if (due < histories / 4) return `only ${due} periods of ${histories} histories had to be complete`;
  if (dueComplete < due) return `${due - dueComplete} of ${due} periods that had to be complete were not`;
  if (complete < asked / 20) return `only ${complete} of ${asked} periods were complete`;
  return undefined;
}

export function told({ stats, breaches }: Campaign): string {
  const { histories, runs, requests, kills, asked, complete, due, dueComplete, faults } = stats;
  const byName = Object.entries(faults).sort(([, a], [, b]) => b - a);
  return [
    `${histories} histories, ${runs} runs, ${requests} requests to Atlas, ${kills} kills`,
    `${asked} periods asked about, ${complete} complete; of ${due} that had to be complete, ${dueComplete} were`,
    `faults: ${byName.map(([name, count]) => `${name} ${count}`).join(', ') || 'none'}`,
    `${breaches.length} histories broke a rule`,
  ].join('\n');
}
