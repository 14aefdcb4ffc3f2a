// bench/scale/scenarios.ts is which runs over a hundred thousand clusters are simulated.
import { type FullPass, fullPass, type Scenario } from './full-pass.ts';

const CLUSTERS = 100_000;
const unchanged = { clusters: CLUSTERS, jobs: 300, pass: 'unchanged', signIn: 'apiKey' } as const;
const first = { ...unchanged, pass: 'first' } as const;

const SCENARIOS: readonly Scenario[] = [
  { ...unchanged, concurrency: 5 },
  { ...unchanged, concurrency: 50 },
  { ...unchanged, concurrency: 50, signIn: 'serviceAccount' },
  { ...unchanged, concurrency: 500 },
  { ...unchanged, concurrency: 500, signIn: 'serviceAccount' },
  { ...unchanged, concurrency: 500, memoryMb: 1_769 },
  { ...first, concurrency: 5 },
  { ...first, concurrency: 50 },
  { ...first, concurrency: 500 },
  { ...first, clusters: 25, jobs: 50_000, concurrency: 5 },
];

export interface Simulated {
  scenario: Scenario;
  pass: FullPass;
}

export const simulated = (): Simulated[] => SCENARIOS.map((scenario) => ({ scenario, pass: fullPass(scenario) }));
