// test/soundness/outside/faults.ts: everything that can come back instead of the right response, each under its name.

import type { Random } from '../random.ts';
import { type Answer, type Endpoint, type ListBody, refusal } from './atlas.ts';
import type { Job } from './world.ts';

export interface Asked {
  endpoint: Endpoint;
  target: URL;
  now: number;
  random: Random;
  /** The jobs that the honest answer shows. */
  shown: readonly Job[];
  /** The page before the one that is asked for, where there is one. */
  pageBefore(): Answer | undefined;
  /** Whether the ledger holds jobs of the list that is asked for. */
  isKnown: boolean;
}

/** `none`: the connection breaks. `waitMs`: it comes, but late. */
export type Outcome = { answer: Answer | 'none'; waitMs?: number };

interface Generator {
  on: readonly Endpoint['what'][];
  /** All that was asked for can still be had from it. */
  harmless?: true;
  /** Jobs of the answer are not as they are, and can be recorded all the same. */
  odd?: true;
  /** @returns nothing where it does not apply: then the answer is honest */
  spoil(honest: Answer, asked: Asked): Outcome | undefined;
}

const LISTS = ['projects', 'clusters', 'jobs'] as const;
const ALL = [...LISTS, 'job', 'events', 'token'] as const;

const html = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><head><title>${status}</title></head><body><h1>Error ${status}</h1></body></html>`,
});
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});
const always = (answer: Answer | 'none') => (): Outcome => ({ answer });

/** An honest list, to be spoiled: a copy. */
function listIn({ status, body }: Answer): ListBody | undefined {
  const { results } = (body ?? {}) as Partial<ListBody>;
  return status === 200 && Array.isArray(results) ? (structuredClone(body) as ListBody) : undefined;
}

const list =
  (change: (body: ListBody, asked: Asked) => Partial<ListBody> | undefined) => (honest: Answer, asked: Asked) => {
    const body = listIn(honest);
    const changed = body && change(body, asked);
    return changed && { answer: { ...honest, body: { ...body, ...changed } } };
  };

/** One element of a list that is not as it should be. */
const element = (change: (element: Record<string, unknown>, asked: Asked) => unknown) =>
  list((body, asked) => {
    if (body.results.length === 0) return undefined;
    const at = asked.random.int(0, body.results.length - 1);
    body.results[at] = change(body.results[at] as Record<string, unknown>, asked) as Record<string, unknown>;
    return body;
  });

const without = (name: string) =>
  element((each) => Object.fromEntries(Object.entries(each).filter(([field]) => field !== name)));

const RETRY_AFTER = [
  '',
  '0',
  '7',
  '45',
  '600',
  '7200',
  '999999999',
  'Fri, 31 Dec 9999 23:59:59 GMT',
  '-1',
  'soon',
  '1e9',
];

/** Stands for a number that JSON can hold and JavaScript can't. */
const HUGE = '\u0001huge\u0001';

/** What is sent: text as it is, everything else as JSON. */
export const bodyText = (body: unknown): string =>
  typeof body === 'string' ? body : JSON.stringify(body).replaceAll(JSON.stringify(HUGE), '1e400');

export const ANSWER_FAULTS = {
  'html 404': { on: ALL, spoil: always(html(404)) },
  'html 410': { on: LISTS, spoil: always(html(410)) },
  'empty 404': { on: ALL, spoil: always({ status: 404, headers: {}, body: '' }) },
  "somebody else's 404": { on: ALL, spoil: always(json(404, { message: 'no Route matched with those values' })) },
  'html 502': { on: ALL, spoil: always(html(502)) },
  CLUSTER_NOT_FOUND: { on: ['clusters', 'jobs'], spoil: always(refusal(404, 'CLUSTER_NOT_FOUND', ['x'])) },
  GROUP_NOT_FOUND: { on: ['clusters', 'jobs'], spoil: always(refusal(404, 'GROUP_NOT_FOUND', ['x'])) },
  // Of serverless it's Atlas's true word, sooner or later: only jobs that are known of it show that it can't be.
  VERSION_GONE: {
    on: ['jobs'],
    spoil: (_, { endpoint, isKnown }) =>
      endpoint.what === 'jobs' && endpoint.kind === 'serverless' && !isKnown
        ? undefined
        : { answer: refusal(410, 'VERSION_GONE') },
  },
  // An unknown path says so of any path. Lists of clusters are left out: of those it is believed when it is repeated.
  RESOURCE_NOT_FOUND: {
    on: ['jobs'],
    spoil: (_, { endpoint }) =>
      endpoint.what === 'jobs' && endpoint.kind === 'serverless'
        ? undefined
        : { answer: refusal(404, 'RESOURCE_NOT_FOUND') },
  },
  "a gateway's code": {
    on: ALL,
    spoil: (_, { random }) => {
      const errorCode = random.pick(['RESOURCE_NOT_FOUND', 'CLUSTER_NOT_FOUND', 'VERSION_GONE', 'FEATURE_UNSUPPORTED']);
      const status = errorCode === 'VERSION_GONE' ? 410 : errorCode === 'FEATURE_UNSUPPORTED' ? 403 : 404;
      return { answer: json(status, { errorCode, message: 'no route' }) };
    },
  },
  'no count': {
    on: LISTS,
    spoil: list(({ results, totalCount }, { random }) =>
      totalCount === undefined
        ? undefined
        : {
            results: results.slice(0, random.int(0, results.length)),
            totalCount: random.pick([HUGE, '43', -1, 43.5]) as number,
            links: [],
          },
    ),
  },
  'id in capitals': {
    on: ['jobs'],
    odd: true,
    spoil: element((each) => ({ ...each, id: String(each.id).toUpperCase() })),
  },
  'plain 401': { on: ALL, spoil: always(refusal(401, 'UNEXPECTED_ERROR')) },
  'role too small': { on: ALL, spoil: always(refusal(401, 'USER_UNAUTHORIZED')) },
  'not on the access list': { on: ALL, spoil: always(refusal(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', ['192.0.2.7'])) },
  '500': { on: ALL, spoil: always(refusal(500, 'UNEXPECTED_ERROR')) },
  '503': { on: ALL, spoil: always({ ...refusal(503, 'SERVICE_UNAVAILABLE'), headers: { 'retry-after': '3' } }) },
  '429': {
    on: ALL,
    spoil: (_, { random }) => {
      const after = random.pick(RETRY_AFTER);
      const body = { error: 429, errorCode: 'RATE_LIMITED_TOKEN_BUCKET', parameters: ['/x', 9, 10, 5, 60] };
      return { answer: json(429, body, after === '' ? {} : { 'retry-after': after }) };
    },
  },
  'no answer': { on: ALL, spoil: always('none') },
  'cut JSON': {
    on: ALL,
    spoil: ({ status, headers, body }, { random }) => {
      const text = JSON.stringify(body);
      return { answer: { status, headers, body: text.slice(0, random.int(1, text.length - 1)) } };
    },
  },
  'empty 200': { on: ALL, spoil: always({ status: 200, headers: {}, body: '' }) },
  'html 200': { on: ALL, spoil: always(html(200)) },
  'no list': {
    on: LISTS,
    spoil: (_, { random }) => ({ answer: json(200, random.pick([null, {}, [], { results: {} }, { results: null }])) }),
  },
  'no results': {
    on: LISTS,
    spoil: list(({ results, totalCount }) => (results.length > 0 && totalCount ? { results: [] } : undefined)),
  },
  'no results, and none counted': {
    on: ['jobs'],
    spoil: list(({ results }, { isKnown, target }) => {
      const counted = target.searchParams.get('includeCount') === 'true' ? { totalCount: 0 } : {};
      return results.length > 0 && isKnown ? { results: [], links: [], ...counted } : undefined;
    }),
  },
  'fewer than counted': {
    on: LISTS,
    spoil: list(({ results, totalCount }, { random }) =>
      results.length > 1 && totalCount
        ? { results: results.slice(0, random.int(1, results.length - 1)), links: [] }
        : undefined,
    ),
  },
  'no links': { on: LISTS, harmless: true, spoil: list(({ totalCount }) => (totalCount ? { links: [] } : undefined)) },
  'order lost': {
    on: ['jobs'],
    harmless: true,
    spoil: list(({ results }, { random }) => ({ results: random.shuffled(results) })),
  },
  'page repeated': {
    on: ['jobs'],
    spoil: list(({ totalCount }, { pageBefore, random }) => {
      const before = pageBefore();
      const body = before && totalCount ? listIn(before) : undefined;
      return (
        body && { ...body, links: random.chance(0.5) ? body.links : body.links.filter(({ rel }) => rel !== 'next') }
      );
    }),
  },
  'list shrinks': {
    on: ['jobs'],
    harmless: true,
    spoil: (honest, { shown, now, random }) => {
      const body = listIn(honest);
      if (!body?.totalCount || !body.links.some(({ rel }) => rel === 'next')) return undefined;
      const hidden = { from: now + 1, to: now + 30 * 60_000 };
      for (const job of random.shuffled(shown).slice(0, 3)) job.hidden = [...(job.hidden ?? []), hidden];
      return { answer: honest };
    },
  },
  'element null': { on: LISTS, spoil: element((_, { random }) => random.pick([null, 'x', 7, []])) },
  'element without id': { on: ['projects', 'jobs'], spoil: without('id') },
  'element with id null': { on: ['projects', 'jobs'], spoil: element((each) => ({ ...each, id: null })) },
  'cluster without id': { on: ['clusters'], spoil: without('id') },
  'cluster with another id': { on: ['clusters'], spoil: element((each) => ({ ...each, id: 7 })) },
  'cluster without name': { on: ['clusters'], spoil: without('name') },
  'word of the language': {
    on: ['jobs'],
    odd: true,
    spoil: element((each, { random }) => ({
      ...each,
      [random.pick(['deliveryType', 'status', 'state'])]: random.pick([
        'constructor',
        '__proto__',
        'toString',
        'valueOf',
      ]),
    })),
  },
  'number too large': { on: ['jobs'], odd: true, spoil: element((each) => ({ ...each, note: HUGE })) },
  'field of another shape': {
    on: ['jobs'],
    odd: true,
    spoil: element((each, { random }) => ({
      ...each,
      [random.pick(Object.keys(each).filter((name) => name !== 'id'))]: random.pick([
        7,
        'automatedV2',
        [],
        { a: 1 },
        -1,
      ]),
    })),
  },
  late: { on: ALL, harmless: true, spoil: (answer, { random }) => ({ answer, waitMs: random.int(1, 40) * 1000 }) },
} as const satisfies Record<string, Generator>;

/** What spoils an element of a list of restore jobs leaves the list itself as read. */
export const isPartial = (name: AnswerFault) => /^element /.test(name);

export type AnswerFault = keyof typeof ANSWER_FAULTS;
export const ANSWER_FAULT_NAMES = Object.keys(ANSWER_FAULTS) as AnswerFault[];
export const generatorOf = (name: AnswerFault): Generator => ANSWER_FAULTS[name];
