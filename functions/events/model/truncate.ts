// functions/events/model/truncate.ts: events made to fit: far below what EventBridge and its targets take, whatever a job holds.
import type { RunFinished } from './event.ts';

/** Bytes of an event's detail as JSON. EventBridge, SQS and SNS take 256 KB (2026-11); a rule may wrap it up once more. */
export const MAX_DETAIL_BYTES = 60_000;

export type Cut = NonNullable<RunFinished['cut']>[number];

interface Limits {
  /** Longest text, in characters. */
  text: number;
  /** Longest list. */
  items: number;
}

const MAX_LIMITS: Limits = { text: 2_000, items: 1_000 };
/** Ids, times and hashes are shorter, so they stay whole. */
const MIN_LIMITS: Limits = { text: 100, items: 4 };
/** More than a job has fields. */
const MAX_NAMES = 60;
/** What is nested deeper is somebody's value, of any shape: it becomes a text where it is long. */
const MAX_DEPTH = 4;
const MAX_CUTS = 20;
/** Of bounded length by the way they are made. */
const OWN_WORDS: ReadonlySet<string> = new Set(['id', 'message']);

/** The same detail where it is small; else with shorter texts and lists, and `cut` names them. */
export function truncated<T extends object>(detail: T): T & { cut?: Cut[] } {
  for (let limits = MAX_LIMITS; ; limits = halved(limits)) {
    const cuts: Cut[] = [];
    const fit = fitted(detail, limits, [], cuts) as T;
    const made = cuts.length > 0 ? { ...fit, cut: cuts.slice(0, MAX_CUTS) } : fit;
    const isSmallest = limits.text === MIN_LIMITS.text && limits.items === MIN_LIMITS.items;
    if (isSmallest || Buffer.byteLength(JSON.stringify(made)) <= MAX_DETAIL_BYTES) return made;
  }
}

const halved = ({ text, items }: Limits): Limits => ({
  text: Math.max(MIN_LIMITS.text, Math.floor(text / 2)),
  items: Math.max(MIN_LIMITS.items, Math.floor(items / 2)),
});

function fitted(value: unknown, limits: Limits, path: readonly string[], cuts: Cut[]): unknown {
  if (typeof value === 'string') return fittedText(value, limits.text, path, cuts);
  if (value === null || typeof value !== 'object') return value;
  if (path.length >= MAX_DEPTH) {
    const json = JSON.stringify(value);
    return json.length <= limits.text ? value : fittedText(json, limits.text, path, cuts);
  }
  if (Array.isArray(value)) {
    if (value.length > limits.items) noteCut(path, limits.items, value.length, cuts);
    return value.slice(0, limits.items).map((item, index) => fitted(item, limits, [...path, String(index)], cuts));
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (entries.length > MAX_NAMES) noteCut(path, MAX_NAMES, entries.length, cuts);
  return Object.fromEntries(
    entries.slice(0, MAX_NAMES).map(([name, inner]) => [name, fitted(inner, limits, [...path, name], cuts)]),
  );
}

function fittedText(text: string, max: number, path: readonly string[], cuts: Cut[]): string {
  const [first = ''] = path;
  if (text.length <= max || (path.length === 1 && OWN_WORDS.has(first))) return text.toWellFormed();
  const kept = text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '');
  noteCut(path, kept.length, text.length, cuts);
  return `${kept.toWellFormed()}…`;
}

const noteCut = (path: readonly string[], kept: number, of: number, cuts: Cut[]) =>
  cuts.push({ field: path.join('.').slice(0, 100), kept, of });
