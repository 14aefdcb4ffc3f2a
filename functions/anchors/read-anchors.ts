// functions/anchors/read-anchors.ts: the anchors of a store, each checked: who signed it, that it follows on the one before, and that
// its files are those that were signed.
import { createHash, hash } from 'node:crypto';
import { MAX_ENVELOPE, unsealed } from '../signing/envelope.ts';
import { SignatureError } from '../signing/errors.ts';
import { PublicKey } from '../signing/public-key.ts';
import type { Subject } from '../signing/statement.ts';
import {
  ANCHORS,
  type AnchorPredicate,
  anchorName,
  anchorOf,
  isAnchorName,
  isAnnouncementsName,
  isHeadsName,
  isKeyName,
  KEYS,
  keyName,
} from './anchor.ts';
import type { Anchored } from './anchored.ts';
import { announcementLines } from './announcements-file.ts';
import { headsLines } from './heads-file.ts';
import { type AnchorStore, readText } from './store.ts';

/** Of the heads of 4,000,000 jobs, in bytes: what one text of Node can hold. */
const MAX_TEXT = 512 * 1_048_576 - 64;

export interface ReadAnchor {
  name: string;
  /** Of the signed file as a whole, which the next anchor names. */
  sha256: string;
  anchor: AnchorPredicate;
  subjects: readonly Subject[];
  key: PublicKey;
}

/** Keys that lie beside the anchors: they show which anchors are of one hand, and not whose. @throws StoreError */
export async function keysIn(store: AnchorStore): Promise<PublicKey[]> {
  const keys: PublicKey[] = [];
  for await (const name of store.list(KEYS)) {
    if (keys.length === MAX_KEYS) break;
    if (!isKeyName(name)) continue; // such as one that somebody is writing
    const text = (await readText(store, name, MAX_KEY)) ?? '';
    try {
      const key = PublicKey.parse(text);
      if (keyName(key.id) === name) keys.push(key);
    } catch (error) {
      throw error instanceof SignatureError ? new SignatureError(error.code, `${name}: ${error.message}`) : error;
    }
  }
  return keys;
}

const MAX_KEYS = 100;
/** In bytes. */
const MAX_KEY = 10_000;

export async function anchorNames(store: AnchorStore): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.list(ANCHORS)) if (isAnchorName(name)) names.push(name);
  return names;
}

/** @throws SignatureError, StoreError */
export async function readAnchor(
  store: AnchorStore,
  name: string,
  keys: readonly PublicKey[],
): Promise<ReadAnchor | undefined> {
  const text = await readText(store, name, MAX_ENVELOPE);
  if (text === undefined) return undefined;
  try {
    const { statement, key } = unsealed(text, keys);
    const anchor = anchorOf(statement, name);
    return { name, sha256: hash('sha256', text, 'hex'), anchor, subjects: statement.subject, key };
  } catch (error) {
    if (!(error instanceof SignatureError) || error.message.startsWith(name)) throw error;
    throw new SignatureError(error.code, `${name}: ${error.message}`);
  }
}

export interface ReadOptions {
  keys: readonly PublicKey[];
  /** The first to be read. @default the first there is, which has to follow on none */
  from?: string;
  /** Reads all signed files, and not only those with heads. @default false */
  whole?: boolean;
}

/**
 * Each anchor in its order, once its heads are added.
 * @throws SignatureError where one doesn't fit, StoreError
 */
export async function* readAnchors(
  store: AnchorStore,
  anchored: Anchored,
  { keys, from, whole = false }: ReadOptions,
): AsyncGenerator<ReadAnchor> {
  let before: ReadAnchor | undefined;
  for (const name of await anchorNames(store)) {
    if (from !== undefined && name < from) continue;
    const read = await readAnchor(store, name, keys);
    if (read === undefined) throw wrong(`${name}: it was there a moment ago, and is gone`);
    if (before || from === undefined) checkFollows(read, before);
    anchored.next(read.anchor);
    const { day } = read.anchor;
    for (const subject of read.subjects) {
      if (isHeadsName(subject.name)) anchored.add(headsLines(await signedText(store, subject, name)), day);
      else if (isAnnouncementsName(subject.name))
        anchored.addAnnouncements(announcementLines(await signedText(store, subject, name)), day);
      else if (whole) await checkFile(store, subject, name);
    }
    before = read;
    yield read;
  }
}

function checkFollows({ name, anchor: { previous } }: ReadAnchor, before: ReadAnchor | undefined) {
  if (before === undefined) {
    if (previous === undefined) return;
    throw wrong(`${name}: the anchor before it, ${previous.name}, is missing, and with it all earlier ones`);
  }
  if (previous?.name !== before.name)
    throw wrong(
      `${name}: it follows on ${previous?.name ?? 'no anchor'}, and ${before.name} is before it: an anchor is missing, or was added`,
    );
  if (previous.sha256 !== before.sha256) throw wrong(`${name}: ${before.name} is not the file that it follows on`);
}

/** Nothing of a file that somebody else put there, however large, is kept in memory. */
async function signedText(store: AnchorStore, { name, digest }: Subject, of: string): Promise<string> {
  await checkFile(store, { name, digest }, of);
  const text = await readText(store, name, MAX_TEXT);
  if (text === undefined) throw wrong(`${of}: its file ${name} is missing`);
  if (hash('sha256', text, 'hex') !== digest.sha256)
    throw wrong(`${of}: its file ${name} is not the one that was signed`);
  return text;
}

async function checkFile(store: AnchorStore, { name, digest }: Subject, of: string) {
  const bytes = await store.read(name);
  if (bytes === undefined) throw wrong(`${of}: its file ${name} is missing`);
  const sum = createHash('sha256');
  for await (const chunk of bytes) sum.update(chunk);
  if (sum.digest('hex') !== digest.sha256) throw wrong(`${of}: its file ${name} is not the one that was signed`);
}

const wrong = (message: string) => new SignatureError('SIGNATURE_WRONG', message);

/** The last anchor, and from which one on its heads can be put together. @throws SignatureError, StoreError */
export async function lastAnchor(
  store: AnchorStore,
  keys: readonly PublicKey[],
): Promise<{ last: ReadAnchor; from: string | undefined } | undefined> {
  const name = (await anchorNames(store)).at(-1);
  const last = name === undefined ? undefined : await readAnchor(store, name, keys);
  if (last === undefined) return undefined;
  const { full, last: isWhole, day, fullDay } = last.anchor;
  const fullFrom = full && isWhole ? day : fullDay;
  return { last, from: fullFrom === undefined ? undefined : anchorName({ day: fullFrom, part: 1 }) };
}
