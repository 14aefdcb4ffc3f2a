// functions/collect/carry-out.ts carries out one order from the queue, and queues what it leaves to do.
import type { Atlas } from '../atlas/atlas.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Log } from '../log.ts';
import { type CollectOptions, collectProject } from './collect.ts';
import { orderFrom } from './message.ts';
import type { CollectOrder } from './order.ts';

export interface CarryOutPorts {
  accounts: readonly { name: string; atlas: Atlas }[];
  ledger: Ledger;
  queue: { sendLater(order: CollectOrder, delayMs: number): Promise<void> };
  log: Log;
  now(): number;
  timeLeftMs(): number;
}

/** Kept back from Atlas for writing the coverage and queueing what is left, in ms. */
const RESERVE_MS = 15_000;

/** @throws where the order is no order, or the ledger or the queue fail; giving it again is harmless */
export async function carryOut(body: string, ports: CarryOutPorts, options: CollectOptions): Promise<void> {
  const { accounts, ledger, queue, log, now, timeLeftMs } = ports;
  const order = orderFrom(body);
  const account =
    accounts.find(({ name }) => name === order.account) ?? (accounts.length === 1 ? accounts[0] : undefined);
  if (!account) throw new Error(`the order names credentials that this function does not have: ${order.account}`);
  const atlas = account.atlas.within(() => timeLeftMs() - RESERVE_MS);

  const { part, next, follow } = await collectProject(
    order,
    { atlas, ledger, log, now, timeLeftMs },
    { ...options, reserveMs: RESERVE_MS },
  );
  if (next) await queue.sendLater(next.order, next.delayMs);
  else if (order.followAt === undefined) await ledger.finishPart(order.runId, part);
  if (follow) await queue.sendLater(follow.order, follow.delayMs);
  const { runId, projectId } = order;
  log.info('project collected', {
    runId,
    projectId,
    status: part.status,
    goesOn: next !== undefined,
    followed: follow !== undefined,
    ...part.counts,
  });
}
