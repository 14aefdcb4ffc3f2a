// bench/api/calls.ts makes one call after the other, as a sandbox of Lambda does, and says how long one takes.
import { performance } from 'node:perf_hooks';
import type { Brought } from '../harness/contender.ts';
import type { ApiConfig } from './config.ts';
import type { Route } from './routes.ts';

/** Unmeasured, of each route: until the code is compiled and the connections stand. */
export const WARM_UP = 8;

/** @param call @returns the ids that its answer holds */
export async function manyCalls(route: Route, { calls }: ApiConfig, call: () => Promise<string[]>): Promise<Brought> {
  for (let nth = 0; nth < WARM_UP; nth++) await call();
  const ms: number[] = [];
  let ids: string[] = [];
  const cpu = process.cpuUsage();
  for (let nth = 0; nth < calls; nth++) {
    const began = performance.now();
    ids = await call();
    ms.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(cpu);
  ms.sort((a, b) => a - b);
  const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))] ?? 0;
  const wanted = new Set(route.ids.all);
  if (ids.filter((id) => wanted.has(id)).length !== wanted.size) {
    throw new Error(`${route.target} holds ${ids.length} ids, not the ${wanted.size} it should`);
  }
  return { ids, numbers: { p50Ms: at(0.5), p90Ms: at(0.9), callCpuMs: (user + system) / 1_000 / calls } };
}

export function routeNamed(routes: readonly Route[], name: string): Route {
  const route = routes.find((each) => each.name === name);
  if (!route) throw new Error(`there is no route ${name}`);
  return route;
}
