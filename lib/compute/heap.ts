// lib/compute/heap.ts is how large the heap of a collecting process may become where memory is short.

/** From here on, in MB, a function has room for a heap that V8 leaves untidied for long. */
const AMPLE_MB = 256;
/** Of the young generation: each of its halves, in MB. With 2 a first run takes a quarter more CPU than without a limit, with 4 a fifth (2026-11). */
const YOUNG_MB = 4;
/** The rest is for Node, code, buffers and threads, which take 70 MB. */
const OLD_SHARE = 1 / 2;

/**
 * Options of Node for a function with so much memory. Without them Lambda gives the heap 90 % of it, and a heap with room to
 * spare is not tidied, whatever the rest of the process takes.
 */
export const heapOptions = (memoryMb: number): readonly string[] =>
  memoryMb >= AMPLE_MB
    ? []
    : [`--max-semi-space-size=${YOUNG_MB}`, `--max-old-space-size=${Math.floor(memoryMb * OLD_SHARE)}`];
