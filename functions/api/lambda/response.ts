// functions/api/lambda/response.ts has as much of Headers and Response as this API takes, of text alone. Node's own, at their first use,
// load all of its fetch, with which nothing is fetched here (docs/decisions/0019-cold-start.md).

type HeadersGiven = PlainHeaders | Readonly<Record<string, string>>;

/** One value a name. */
export class PlainHeaders implements Pick<Headers, 'get' | 'has' | 'set' | 'delete'>, Iterable<[string, string]> {
  readonly #values = new Map<string, string>();

  constructor(given: HeadersGiven = {}) {
    for (const [name, value] of given instanceof PlainHeaders ? given : Object.entries(given)) this.set(name, value);
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string) {
    this.#values.set(name.toLowerCase(), value);
  }

  delete(name: string) {
    this.#values.delete(name.toLowerCase());
  }

  entries() {
    return this.#values.entries();
  }

  [Symbol.iterator] = () => this.entries();
}

export class PlainResponse {
  readonly status: number;
  readonly headers: PlainHeaders;
  readonly body: string | null;

  /** @param body Hono's HTML is an object that says its text */
  constructor(body: object | string | null = null, given: { status?: number; headers?: HeadersGiven } = {}) {
    this.body = body === null ? null : String(body);
    this.status = given.status ?? 200;
    this.headers = new PlainHeaders(given.headers);
  }

  async text(): Promise<string> {
    return this.body ?? '';
  }
}

/** By the names that Hono calls them. */
export const PLAIN_FETCH = { Headers: PlainHeaders, Response: PlainResponse };
