// bench/api/config.ts: the configuration of both contenders, and the clock that both run by.
import type { DynamoAccess, RecordedCall } from '../dynamo/access.ts';
import type { Numbers } from '../harness/contender.ts';
import { spread } from '../harness/statistics.ts';
import type { Route } from './routes.ts';

export interface ApiConfig {
  access: DynamoAccess;
  routes: readonly Route[];
  /** Calls of each route that are measured. */
  calls: number;
  /** Calls before them that are not. */
  warmUp: number;
  /** What each route's handler asks of DynamoDB, by its name. */
  recorded: Recorded;
}
export type Recorded = Readonly<Record<string, readonly RecordedCall[]>>;

export function routeNamed({ routes }: ApiConfig, name: string): Route {
  const route = routes.find((each) => each.name === name);
  if (!route) throw new Error(`unknown route ${name}`);
  return route;
}

/** Calls one after the other, as a sandbox of Lambda answers them. */
export async function timed({ calls, warmUp }: ApiConfig, call: () => Promise<void>): Promise<Numbers> {
  for (let nth = 0; nth < warmUp; nth++) await call();
  const ms: number[] = [];
  const cpu = process.cpuUsage();
  for (let nth = 0; nth < calls; nth++) {
    const began = performance.now();
    await call();
    ms.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { callMs: spread(ms).median, callCpuMs: (user + system) / 1_000 / calls };
}
