// bin/process/turns.ts: turns of the event loop: work that never waits for anything outside keeps Node from noticing Ctrl-C.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Between two turns, in ms: too short for a person to notice, and seldom enough to cost nothing. */
const EVERY_MS = 50;

let lastMs = 0;

/** To be called on and on by whatever takes long. Most calls return at once. */
export async function letSignalsIn(): Promise<void> {
  const now = performance.now();
  if (now - lastMs < EVERY_MS) return;
  await nextTurn();
  lastMs = performance.now();
}
