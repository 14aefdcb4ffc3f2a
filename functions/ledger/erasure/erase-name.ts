// functions/ledger/erasure/erase-name.ts: a person's name taken out of a job and its history, under a chain made anew. Pure.
//
// The hash chain covers names, so none can go without a new chain. The entry that says so holds the hash of the last entry before:
// whoever keeps that, as in an archive of events or an export, can see which history was replaced.
import { defined } from '../../platform/defined.ts';
import { ANNOTATED, type Annotator } from '../../restore/annotations.ts';
import { type Actor, isFound, MAX_ACTOR_TEXT, type Requester, WAY } from '../../restore/requesters/requester.ts';
import { printable } from '../../restore/text.ts';
import { sha256 } from '../model/fingerprint.ts';
import { chained, relinked } from '../model/hash-chain.ts';
import type { Change, LedgerJob } from '../model/ledger.ts';
import { pick } from '../table/job-item.ts';

export interface Erasure {
  /** Names and ids of the person, each after one that leads to it. */
  identities: ReadonlySet<string>;
  /** What stands for them from now on. */
  pseudonym: string;
  /** ISO 8601. */
  at: string;
  /** Not of a run of the collector. */
  runId: string;
  by: string;
  reason: string;
}

/** What people said of a job, when they annotated or announced it. */
const SAID = [...ANNOTATED, 'announcement'] as const;

/** The id and name of each actor that a job and its history name, and who annotated or announced it. */
export function identitiesIn({ requester, changes }: Pick<LedgerJob, 'requester' | 'changes'>): string[][] {
  const requesters = [requester, ...changes.flatMap(({ fields: { requester: of } }) => [of?.from, of?.to])];
  const actors = requesters.map((each) => {
    const { id, name } = actorOf(each) ?? {};
    return [id, name].filter((one) => one !== undefined);
  });
  const annotators = changes.flatMap(({ fields }) =>
    SAID.flatMap((name) => (fields[name]?.to as { by?: Annotator } | undefined)?.by?.name ?? []),
  );
  return [...actors, ...annotators.map((name) => [name])];
}

/** The name, and every id and name that stands with it in one of the groups, or with one of those, and so on: each after one that leads to it. */
export function connected(name: string, groups: readonly (readonly string[])[]): Set<string> {
  const identities = new Set([name]);
  for (let size = 0; size < identities.size; ) {
    size = identities.size;
    for (const group of groups)
      if (group.some((one) => identities.has(one))) for (const one of group) identities.add(one);
  }
  return identities;
}

/** Nothing where the job names nobody of them. @param job whose history fits together: an erasure must not hide a break */
export function withoutName(job: LedgerJob, erasure: Erasure): LedgerJob | undefined {
  const { pseudonym, at, runId, by, reason } = erasure;
  const requester = replaced(job.requester, erasure);
  const entries = job.changes.map((change) => withoutAnnotator(withoutRequester(change, erasure), erasure));
  const isNamed = requester !== job.requester || entries.some((entry, index) => entry !== job.changes[index]);
  const last = job.changes.at(-1);
  if (!isNamed || !last) return undefined;
  const texts = findingTexts(job, erasure);
  const findings = job.findings?.map((finding) => ({ ...finding, why: texts(finding.why) }));
  const { validation, annotation, announcement } = withoutMentions(saidOf(job), erasure);
  // Digests of states that held the name go, too: whoever guesses it could find it confirmed.
  const changes = relinked({ ...job, changes: entries.map((entry) => ({ ...entry, state: ERASED })) });
  const revision = job.revision + 1;
  const next = {
    ...job,
    ...defined({ requester, findings, validation, annotation, announcement }),
    revision,
    changedAt: at,
    changes,
  };
  const erased = { pseudonym, by, reason, replaced: sha256(last) };
  const entry = chained(next, { revision, at, runId, status: job.status, fields: {}, erased });
  return { ...next, changes: [...changes, entry] };
}

/** Findings show names, and the way by which somebody asked, in a printable form, which may be cut. */
function findingTexts({ requester, changes }: LedgerJob, erasure: Erasure): (text: string) => string {
  const { identities, pseudonym } = erasure;
  const requesters = [requester, ...changes.flatMap(({ fields: { requester: of } }) => [of?.from, of?.to])];
  const ways = requesters.flatMap((each) => {
    const [from, to] = [actorOf(each)?.via, actorOf(replaced(each, erasure))?.via];
    return from === undefined || to === undefined || from === to ? [] : [[byWayOf(from), byWayOf(to)] as const];
  });
  const names = longestFirst([...identities].flatMap((name) => [name, printable(name)]));
  const patterns = names.map((name) => (isShort(name) ? asRequester(name) : wholeWords(name)));
  return (text) => {
    const withoutWays = ways.reduce((rest, [from, to]) => rest.replaceAll(from, () => to), text);
    return withPseudonym(withoutWays, patterns, pseudonym);
  };
}

const byWayOf = (via: string) => ` by way of ${printable(via)}`;

/** One name may be a part of another, of which nothing may be left. An empty one is in every text. */
const longestFirst = (names: readonly string[]) =>
  names.filter((name) => name !== '').sort((a, b) => b.length - a.length);

/** A function, as a pseudonym could hold `$&`. */
const withPseudonym = (text: string, patterns: readonly RegExp[], pseudonym: string) =>
  patterns.reduce((rest, pattern) => rest.replace(pattern, () => pseudonym), text);

/** In place of what an entry stood for. */
const ERASED = 'erased';

function withoutRequester(change: Change, erasure: Erasure): Change {
  const { requester } = change.fields;
  if (!requester) return change;
  const [from, to] = [replaced(requester.from, erasure), replaced(requester.to, erasure)];
  if (from === requester.from && to === requester.to) return change;
  return { ...change, fields: { ...change.fields, requester: defined({ from, to }) } };
}

const saidOf = ({ validation, annotation, announcement }: LedgerJob) =>
  defined({ validation, annotation, announcement });

/** People may be named in any text of an annotation: by themselves, or in an ARN. */
function withoutAnnotator(change: Change, erasure: Erasure): Change {
  const fields = pick<Change['fields']>(change.fields, SAID);
  const without = withoutMentions(fields, erasure);
  return without === fields ? change : { ...change, fields: { ...change.fields, ...without } };
}

/** The same where no text mentions any of them. */
export function withoutMentions<T extends object>(value: T, { identities, pseudonym }: Erasure): T {
  const patterns = longestFirst([...identities]).map((name) => (isShort(name) ? wholePart(name) : wholeWords(name)));
  let isMentioned = false;
  const copy = JSON.parse(JSON.stringify(value), (key, each: unknown) => {
    if (typeof each !== 'string' || NO_TEXTS.has(key)) return each;
    const text = withPseudonym(each, patterns, pseudonym);
    isMentioned ||= text !== each;
    return text;
  });
  return isMentioned ? copy : value;
}

/** Of an annotation: they hold words of ours, which may be a name as well, and times. */
const NO_TEXTS: ReadonlySet<string> = new Set(['kind', 'status', 'at']);

/** A word of two characters and less is hardly a mention of whoever is called so: `a`, `it`, `no`. */
const MAX_SHORT = 2;
const isShort = (name: string) => [...name].length <= MAX_SHORT;
/** As a rule says who asked. */
const asRequester = (name: string) => new RegExp(`(?<=requested by )${escaped(name)}(?= \\(| by way of )`, 'gu');
/** By itself, or as a part of an ARN. */
const wholePart = (name: string) => new RegExp(`(?<![^/:])${escaped(name)}(?![^/:])`, 'gu');

/** Whether a text mentions it, as a word of its own. */
export const isMentioned = (text: string, name: string): boolean => name !== '' && wholeWords(name).test(text);

/** `ada` is not mentioned in `Canada`. */
const wholeWords = (name: string) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, 'giu');
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** The same where it names nobody of them. */
function replaced<T>(requester: T, { identities, pseudonym }: Erasure): T {
  const actor = actorOf(requester);
  if (!actor) return requester;
  const { id, name, via, ...rest } = actor;
  const way = via && withoutStep(via, { identities, pseudonym });
  const isActor = [id, name].some((each) => each !== undefined && identities.has(each));
  if (!isActor && way === via) return requester;
  const who = isActor ? { name: pseudonym } : { id, name };
  return { ...requester, actor: { ...rest, ...defined({ ...who, via: way }) } };
}

/** The last of those by whom somebody asked may have been cut: what is left of it may be the beginning of a name. */
function withoutStep(via: string, { identities, pseudonym }: Pick<Erasure, 'identities' | 'pseudonym'>): string {
  const steps = via.split(WAY);
  const isCut = [...via].length >= MAX_ACTOR_TEXT;
  const isPerson = (step: string, index: number) => {
    if (identities.has(step)) return true;
    if (!isCut || index < steps.length - 1) return false;
    const rest = step.replace(/ >?$/, '');
    return !isShort(rest) && [...identities].some((name) => name.startsWith(rest));
  };
  return steps.map((step, index) => (isPerson(step, index) ? pseudonym : step)).join(WAY);
}

const actorOf = (requester: unknown): Actor | undefined =>
  isFound(requester as Requester | undefined) ? (requester as { actor: Actor }).actor : undefined;
