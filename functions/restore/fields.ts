// functions/restore/fields.ts reads the few fields that are used from an answer that may hold anything.

/** A field that is not what it should be. `came` describes it without repeating more than a few characters. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
  readonly field: string;
  readonly expected: string;
  readonly came: string;

  constructor(field: string, expected: string, value: unknown) {
    const came = describe(value);
    super(`${field}: expected ${expected}, came ${came}`);
    this.field = field;
    this.expected = expected;
    this.came = came;
  }
}

const describe = (value: unknown) => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
};

const OBJECT_ID = /^[a-f0-9]{24}$/;
/** A second in UTC, as Atlas writes it, on a day that every month has. */
const PLAIN_SECOND = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Typed reads of one object's fields. null counts as absent: Atlas sends it where its spec says nothing (FACTS 9). */
export class Fields {
  readonly #of: Record<string, unknown>;

  constructor(of: Record<string, unknown>) {
    this.#of = of;
  }

  /** @throws Misfit, as all of these do where the value is there and wrong. */
  text(name: string): string | undefined {
    const value = this.#of[name] ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    throw new Misfit(name, 'a string', value);
  }

  flag(name: string): boolean {
    const value = this.#of[name] ?? false;
    if (typeof value === 'boolean') return value;
    throw new Misfit(name, 'true or false', value);
  }

  objectId(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || OBJECT_ID.test(value)) return value;
    throw new Misfit(name, '24 hex digits', value);
  }

  /** A date-time, as ISO 8601 in UTC with milliseconds. */
  time(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    // Only the milliseconds are missing; to read and write a date takes twenty times as long.
    if (PLAIN_SECOND.test(value)) return `${value.slice(0, -1)}.000Z`;
    const at = new Date(value);
    if (Number.isNaN(at.getTime())) throw new Misfit(name, 'a date and time', value);
    return at.toISOString();
  }

  /** Seconds since the epoch, as ISO 8601 in UTC; 0 counts as absent. */
  epochSeconds(name: string): string | undefined {
    const value = this.#of[name] ?? 0;
    if (typeof value !== 'number' || !(value >= 0 && value < 1e11)) throw new Misfit(name, 'seconds since 1970', value);
    return value === 0 ? undefined : new Date(value * 1000).toISOString();
  }
}
