// functions/platform/safe-set.ts: assignment to a field whose name comes from outside.

/** A name like `__proto__` becomes data as well, and changes nothing else. */
export function defineOwn(object: Record<string, unknown>, name: string, value: unknown) {
  // Defining a field takes several times as long as assigning it.
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}
