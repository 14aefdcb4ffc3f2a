// functions/restore/redact.ts takes every secret out of an answer, before anything else can hold it.
// Whoever has a delivery URL can fetch the whole data set (FACTS 7), so what looks like one goes, known field or not.
import { setField } from '../own-field.ts';

/** A job as Atlas sent it, less links and less every secret-bearing field. */
export interface RedactedJob {
  atlas: Record<string, unknown>;
  /** How many delivery URLs were dropped. */
  deliveryUrlCount: number;
}

/**
 * Fields that are a secret or hold nothing else. Known ones (FACTS 7): deliveryUrl, downloadUrl, snapshotUrl,
 * privateDownloadDeliveryUrls; of legacy jobs url, urlV2, authHeader, authValue. The rest would be one by their name.
 */
const SECRET_NAME = /url|uris?$|authheader|authvalue|authorization|password|secret|token|credential|privatekey|apikey/i;
/**
 * With a scheme; or host:port/path, as the host of a download has a port; or the name of an archive. The looks behind keep
 * it linear: without them a long word is tried again from each of its letters.
 */
const URL_IN_TEXT =
  /(?<![a-z0-9+.-])[a-z0-9+.-]*:\/\/\S+|(?<![a-z0-9.-])[a-z0-9-]+(?:\.[a-z0-9-]+)+:\d{2,5}\/\S+|(?<!\S)\S*\.tar\.gz\b\S*|(?<!\S)\/\/\S+/gi;
/** In every text that `URL_IN_TEXT` matches; most have neither, and are done with ten times as fast. */
const HINT_OF_URL = /\/|\.tar\.gz/i;
/** What is made of an object with these names, in this order. */
interface Shape {
  names: readonly string[];
  /** Those that stay, as they came. */
  kept: readonly string[];
  /** For jobs: with its fields in order, one needs no sorting where it is compared (ledger/fingerprint.ts). */
  inOrder: readonly string[];
  secret: readonly string[];
}

/** Shapes of the objects met before, by the number of their names: Atlas's jobs come in few. More, and larger ones, are made each time. */
const SHAPES = new Map<number, Shape[]>();
const MAX_SHAPES = 16;
const MAX_SHAPE_NAMES = 64;
const MAX_SHAPE_NAME = 100;
// Deeper than any of Atlas's answers; a hostile one must not exhaust the stack.
const MAX_DEPTH = 20;

/** Takes the secrets out of one job. `links` go too: they only repeat ids, and their hosts are the answer's word. */
export function redactJob(job: Record<string, unknown>): RedactedJob {
  const tally = { urls: 0 };
  return { atlas: redactObject(job, tally, 0), deliveryUrlCount: tally.urls };
}

/**
 * Takes the secrets out of a whole answer of any shape. Links survive here, with their own `href` and `rel` only:
 * paging shows in them.
 */
export function redactAnswer(body: unknown): unknown {
  return redactValue(body, { urls: 0 }, 0, true);
}

function redactValue(value: unknown, tally: { urls: number }, depth: number, keepLinks = false): unknown {
  if (typeof value === 'string') return redactText(value, tally);
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((element) => redactValue(element, tally, depth + 1, keepLinks));
  return redactObject(value as Record<string, unknown>, tally, depth, keepLinks);
}

function redactObject(object: Record<string, unknown>, tally: { urls: number }, depth: number, keepLinks = false) {
  const { kept, inOrder, secret } = shapeOf(Object.keys(object));
  for (const name of secret) tally.urls += countStrings(object[name], depth);
  const copy: Record<string, unknown> = {};
  for (const name of keepLinks ? kept : inOrder) {
    if (name !== 'links') setField(copy, name, redactValue(object[name], tally, depth + 1, keepLinks));
    else if (keepLinks) copy[name] = safeLinks(object[name]);
  }
  return copy;
}

function shapeOf(names: readonly string[]): Shape {
  const met = SHAPES.get(names.length) ?? [];
  const known = met.find((shape) => isSame(shape.names, names));
  if (known) return known;
  const secret = new Set(names.filter((name) => SECRET_NAME.test(name)));
  const kept = names.filter((name) => !secret.has(name));
  const shape = { names, kept, inOrder: kept.toSorted(), secret: [...secret] };
  const isSmall = names.length <= MAX_SHAPE_NAMES && names.every((name) => name.length <= MAX_SHAPE_NAME);
  if (isSmall && met.length < MAX_SHAPES) SHAPES.set(names.length, [...met, shape]);
  return shape;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  for (let nth = 0; nth < a.length; nth++) if (a[nth] !== b[nth]) return false;
  return true;
}

/** Free text may quote a URL: an error message, say. */
function redactText(text: string, tally: { urls: number }) {
  if (!HINT_OF_URL.test(text)) return text;
  return text.replace(URL_IN_TEXT, () => {
    tally.urls += 1;
    return '[URL removed]';
  });
}

function countStrings(value: unknown, depth: number): number {
  if (typeof value === 'string') return value === '' ? 0 : 1;
  if (value === null || typeof value !== 'object' || depth > MAX_DEPTH) return 0;
  // `endpointId` stands beside a private delivery URL and names no data.
  return Object.entries(value).reduce(
    (sum, [name, v]) => sum + (name === 'endpointId' ? 0 : countStrings(v, depth + 1)),
    0,
  );
}

/** Only links into the API itself, without user, password or fragment. */
function safeLinks(links: unknown) {
  if (!Array.isArray(links)) return [];
  return links.flatMap((link: unknown) => {
    const { href, rel } = (link ?? {}) as { href?: unknown; rel?: unknown };
    if (typeof href !== 'string' || typeof rel !== 'string' || !URL.canParse(href)) return [];
    const url = new URL(href);
    return url.pathname.startsWith('/api/') ? [{ href: `${url.origin}${url.pathname}${url.search}`, rel }] : [];
  });
}
