// local/atlas/faults/spoil.ts: faults of the content: what a response says.
import { ENDPOINT_SETS, tooManyRequests } from '../base/buckets.ts';
import { Refusal, refusals } from '../base/errors.ts';
import type { Page } from '../base/paging.ts';
import type { Fault } from './faults.ts';

/** What Atlas answers with that status, unless the fault says otherwise. */
export function refusalOf(fault: Extract<Fault, { type: 'status' }>, path: string, address: string): Refusal {
  const { status, retryAfterSeconds } = fault;
  const usual = (USUAL[status] ?? refusals.unexpected)({ path, address, waitSeconds: retryAfterSeconds ?? 0 });
  return new Refusal(status, fault.errorCode ?? usual.errorCode, usual.message, {
    ...usual.options,
    retryAfterSeconds,
  });
}

interface Struck {
  path: string;
  address: string;
  waitSeconds: number;
}

const USUAL: Readonly<Record<number, (request: Struck) => Refusal>> = {
  401: refusals.userUnauthorized,
  403: ({ address }) => refusals.addressRefused(address),
  404: ({ path }) => refusals.resourceNotFound(path),
  410: refusals.versionGone,
  429: ({ path, waitSeconds }) => tooManyRequests(path, waitSeconds, ENDPOINT_SETS.cloudBackups),
  503: refusals.unavailable,
};

/** The page as the fault leaves it; itself where the fault is of another sort. */
export function spoiled(page: Page, fault: Fault | undefined): object {
  if (fault?.type === 'notDescending') return { ...page, results: shuffled(page.results) };
  if (fault?.type === 'cutPages') {
    const links = page.links.filter(({ rel }) => rel !== 'next');
    return { ...page, links, results: page.results.slice(0, fault.items) };
  }
  if (fault?.type === 'noLinks') return { ...page, links: undefined };
  if (fault?.type === 'wrongTypes') return { ...page, results: mistyped(page.results, fault.what) };
  return page;
}

/** Every second item first, then the others: never in order, from two items on. */
const shuffled = (items: unknown[]) => [
  ...items.filter((_, index) => index % 2 === 1),
  ...items.filter((_, index) => index % 2 === 0),
];

function mistyped(items: unknown[], what: Extract<Fault, { type: 'wrongTypes' }>['what']): unknown {
  switch (what) {
    case 'results':
      return 'none';
    case 'numberIds':
      return items.map((item, index) => ({ ...(item as object), id: index }));
    case 'missingIds':
      return items.map((item) => ({ ...(item as object), id: undefined }));
    case 'nullItem':
      return items.map((item, index) => (index === 0 ? null : item));
  }
}
