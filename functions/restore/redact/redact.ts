// functions/restore/redact/redact.ts: the removal of every secret from an answer, before anything else can hold it.
// Whoever has a delivery URL can fetch the whole data set (docs/atlas.md#7), so anything like one is removed, known field or not.
import { fieldsOf } from '../../platform/json.ts';
import { defineOwn } from '../../platform/safe-set.ts';
import { isDeliveryName, isLabel, isListOfHeaders, isSecretName, isValueOfPair } from './secret-names.ts';
import { CREDENTIAL, safeText } from './secret-text.ts';

/** A job as Atlas sent it, without links and secrets. */
export interface RedactedJob {
  atlas: Record<string, unknown>;
  /** How many delivery URLs were dropped; one quoted in a text doesn't count. */
  deliveryUrlCount: number;
}

/** What is made of an object with these names, in this order. */
interface Shape {
  names: readonly string[];
  /** Those that stay, as they came. */
  kept: readonly Kept[];
  /** The same for jobs, by name. */
  inOrder: readonly Kept[];
  /** Those that may name a secret which is in another of them. */
  labels: readonly string[];
  /** Those that go and have delivery URLs. */
  deliveries: readonly string[];
}

interface Kept {
  name: string;
  /** Its name without what it may hold of a secret itself. */
  as: string;
  isNamespace: boolean;
  isHeaders: boolean;
}

/** The collections of collection-level jobs: `app.files/backup.tar.gz` is one. */
const NAMESPACE = /namespaces?$/i;

/**
 * Shapes of the objects met before, by the number of their names: saves 30 µs a job (2026-11), as Atlas's jobs come in few shapes. More,
 * and larger ones, are made each time.
 */
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

function redactValue(
  value: unknown,
  tally: { urls: number },
  depth: number,
  keepLinks = false,
  isNamespace = false,
): unknown {
  if (typeof value === 'string') return safeText(value, { isNamespace });
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) {
    return value.map((element) => {
      const pair = Array.isArray(element) && element.length === 2 && isSecretLabel(element[0]);
      return redactValue(pair ? [element[0], CREDENTIAL] : element, tally, depth + 1, keepLinks, isNamespace);
    });
  }
  return redactObject(value as Record<string, unknown>, tally, depth, keepLinks);
}

function redactObject(object: Record<string, unknown>, tally: { urls: number }, depth: number, keepLinks = false) {
  const { kept, inOrder, labels, deliveries } = shapeOf(Object.keys(object));
  const namesSecret = labels.some((name) => isSecretLabel(object[name]));
  for (const name of deliveries) tally.urls += countStrings(object[name], depth);
  const copy: Record<string, unknown> = {};
  for (const { name, as, isNamespace, isHeaders } of keepLinks ? kept : inOrder) {
    if (namesSecret && isValueOfPair(name)) continue;
    const value = isHeaders ? inTurns(object[name]) : object[name];
    if (name === 'links') {
      if (keepLinks) copy[name] = safeLinks(object[name]);
    } else defineOwn(copy, as, redactValue(value, tally, depth + 1, keepLinks, isNamespace));
  }
  return copy;
}

function shapeOf(names: readonly string[]): Shape {
  const met = SHAPES.get(names.length) ?? [];
  const known = met.find((shape) => isSame(shape.names, names));
  if (known) return known;
  const secret = new Set(names.filter(isSecretName));
  const kept = keptOf(names.filter((name) => !secret.has(name)));
  const inOrder = kept.toSorted((a, b) => (a.as < b.as ? -1 : 1));
  const labels = names.filter(isLabel);
  const shape = { names, kept, inOrder, labels, deliveries: [...secret].filter(isDeliveryName) };
  const isSmall = names.length <= MAX_SHAPE_NAMES && names.every((name) => name.length <= MAX_SHAPE_NAME);
  if (isSmall && met.length < MAX_SHAPES) SHAPES.set(names.length, [...met, shape]);
  return shape;
}

/** A name can hold a URL, too: what is left of several may be the same, and each stays a field of its own. */
function keptOf(names: readonly string[]): Kept[] {
  const isNamespace = (name: string) => NAMESPACE.test(name);
  // Without the words of a secret, which would take the field away where it is looked at again.
  const safe = names.map((name) => safeText(name).replace(/\[(?:URL|credential) removed\]/g, '[removed]'));
  const kindOf = (name: string) => ({ isNamespace: isNamespace(name), isHeaders: isListOfHeaders(name) });
  if (isSame(safe, names)) return names.map((name) => ({ name, as: name, ...kindOf(name) }));
  const taken = new Set(names);
  const met = new Map<string, number>();
  return names.map((name, index) => {
    const left = safe[index] ?? '';
    let as = left;
    while (as !== name && taken.has(as)) {
      const nth = (met.get(left) ?? 1) + 1;
      met.set(left, nth);
      as = `${left} ${nth}`;
    }
    taken.add(as);
    return { name, as, ...kindOf(name) };
  });
}

const isSecretLabel = (label: unknown): boolean => typeof label === 'string' && isSecretName(label);

/** `['Host', 'h', 'Authorization', 'x']`, as Node has raw headers: what follows the name of a secret goes. */
const inTurns = (value: unknown): unknown =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
    ? value.map((each, index) => (index > 0 && isSecretLabel(value[index - 1]) ? CREDENTIAL : each))
    : value;

function isSame(a: readonly string[], b: readonly string[]): boolean {
  for (let nth = 0; nth < a.length; nth++) if (a[nth] !== b[nth]) return false;
  return true;
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
    const { href, rel } = fieldsOf(link);
    if (typeof href !== 'string' || typeof rel !== 'string' || !URL.canParse(href)) return [];
    const url = new URL(href);
    return url.pathname.startsWith('/api/') ? [{ href: `${url.origin}${url.pathname}${url.search}`, rel }] : [];
  });
}
