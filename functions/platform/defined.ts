// functions/platform/defined.ts: objects without the properties that are undefined.

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy without what is `undefined`: under `exactOptionalPropertyTypes` an optional property may be absent, but not undefined. */
export const defined = <T extends object>(properties: T) =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as Defined<T>;
