// bench/harness/part.ts is what one part of the bench is to bench/main.ts. A new part is a file that fills this, named there.
import type { Bundler } from './bundle.ts';
import type { NodeAt } from './nodes.ts';

export interface Bench {
  /** A small selection that ends soon. */
  quick: boolean;
  /** How often each contender runs. */
  runs: number;
  bundler: Bundler;
  /** Runs whatever is measured. */
  node: NodeAt;
  /** For CPU profiles. */
  profileDir: string | undefined;
  /** Words that a row's name must hold, all of them, such as `50x300 120 digest`. Empty: every row. */
  only: readonly string[];
  /** One line for whoever waits. */
  progress(line: string): void;
}

/** One of the things that a part promises. */
export interface Target {
  /** What is held against what. */
  what: string;
  /** The most that is allowed. */
  limit: number;
  measured: number;
}

export interface PartResult {
  /** For people: the part's section in docs/performance.md. */
  markdown: string;
  targets: readonly Target[];
  /** For programs: whatever the part measured. */
  data: unknown;
}

export interface Part {
  /** One word: an argument of the command, and the mark in the document. */
  name: string;
  /** One line for --help. */
  says: string;
  /** @throws WrongAnswerError: what is wrong is not worth measuring */
  run(bench: Bench): Promise<PartResult>;
}

export const isMet = ({ measured, limit }: Target) => measured <= limit;
