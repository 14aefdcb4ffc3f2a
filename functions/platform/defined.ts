// functions/platform/defined.ts: objects without the properties that are undefined.

import { defineOwn } from './safe-set.ts';

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy without what is `undefined`: under `exactOptionalPropertyTypes` an optional property may be absent, but not undefined. */
export function defined<T extends object>(properties: T): Defined<T> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) if (value !== undefined) defineOwn(copy, name, value);
  return copy as Defined<T>;
}
