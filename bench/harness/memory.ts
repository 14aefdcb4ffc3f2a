// bench/harness/memory.ts says how much memory this process has used at most, and what it is held to where that is measured.
import { readFileSync } from 'node:fs';
import { heapOptions } from '../../lib/compute/heap.ts';

/** As the stack sets them for a function of 128 MB: a heap with room to spare is not tidied. */
export const SMALL_HEAP = heapOptions(128);

/**
 * Highest resident size, in MiB. Of Linux's own counts, VmHWM begins anew with a program; `maxRSS` does not, and is at least
 * that of the process that started it.
 */
export function peakMb(): number {
  try {
    const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kb !== undefined) return Number(kb) / 1_024;
  } catch {
    // Only Linux has it.
  }
  return process.resourceUsage().maxRSS / 1_024;
}
