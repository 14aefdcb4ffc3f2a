// test/soundness/mutations.ts is the mends of the proof, each taken out again: the oracle has to notice every one.

export interface Patch {
  /** From the root of the repository. */
  file: string;
  /** Stands in the file once. */
  from: string;
  to: string;
}

export interface Mutation {
  /** What goes wrong with it. */
  name: string;
  patches: Patch[];
  /** Where it takes more, or other, histories than usual to meet it. */
  histories?: number;
  from?: number;
}

export const mutations: readonly Mutation[] = [];
