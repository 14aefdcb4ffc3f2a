// functions/ledger/erasure/erase-name.ts: a person's name taken out of a job and its history, under a chain made anew. Pure.
//
// The hash chain covers names, so none can go without a new chain. The entry that says so holds the hash of the last entry before:
// whoever keeps that, as in an archive of events or an export, can see which history was replaced.
import { defined } from '../../platform/defined.ts';
import { ANNOTATED, type Annotator } from '../../restore/annotations.ts';
import { type Actor, isFound, type Requester } from '../../restore/requesters/requester.ts';
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
  const findings = job.findings?.map((finding) => ({ ...finding, why: withoutText(finding.why, erasure) }));
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

/** Findings show names in a printable form. */
function withoutText(text: string, { identities, pseudonym }: Erasure): string {
  const names = [...identities].flatMap((name) => [name, printable(name)]);
  // One name may be a part of another, of which nothing may be left.
  names.sort((a, b) => b.length - a.length);
  // A function, as a text could hold `$&`.
  return names.reduce((rest, name) => rest.replaceAll(name, () => pseudonym), text);
}

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
  const names = [...identities]
    .filter((name) => name !== '')
    .sort((a, b) => b.length - a.length)
    .map(wholeWords);
  let isMentioned = false;
  const copy = JSON.parse(JSON.stringify(value), (_, each: unknown) => {
    if (typeof each !== 'string') return each;
    const text = names.reduce((rest, name) => rest.replace(name, () => pseudonym), each);
    isMentioned ||= text !== each;
    return text;
  });
  return isMentioned ? copy : value;
}

/** `ada` is not mentioned in `Canada`. */
const wholeWords = (name: string) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, 'giu');
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** The same where it names nobody of them. */
function replaced<T>(requester: T, { identities, pseudonym }: Erasure): T {
  const actor = actorOf(requester);
  if (!actor || ![actor.id, actor.name].some((each) => each !== undefined && identities.has(each))) return requester;
  const { id: _, name: __, ...rest } = actor;
  return { ...requester, actor: { ...rest, name: pseudonym } };
}

const actorOf = (requester: unknown): Actor | undefined =>
  isFound(requester as Requester | undefined) ? (requester as { actor: Actor }).actor : undefined;
