// lib/compute/heap.ts: limits of Node's heap in a function with little memory.

/** From here on, in MB, a function has room for a heap that V8 collects seldom. */
const AMPLE_MB = 256;
/** A semi-space, in MB. With 2 a first run takes a quarter more CPU than without a limit, with 4 a fifth (2026-11). */
const YOUNG_MB = 4;
/** The rest is for Node, code, buffers and threads, which take 70 MB. */
const OLD_SHARE = 1 / 2;

/**
 * Node's options for a function with this much memory. Without them the heap may take 90 % of it, and V8 doesn't collect a heap
 * with room to spare, whatever the rest of the process takes.
 */
export const heapOptions = (memoryMb: number): readonly string[] =>
  memoryMb >= AMPLE_MB
    ? []
    : [`--max-semi-space-size=${YOUNG_MB}`, `--max-old-space-size=${Math.floor(memoryMb * OLD_SHARE)}`];
