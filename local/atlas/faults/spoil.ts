// local/atlas/faults/spoil.ts carries out the faults that change what an answer says; `break.ts` has those of the connection.
import { type BucketLimit, ENDPOINT_SETS, tooManyRequests } from '../base/buckets.ts';
import { Refusal, refusals } from '../base/errors.ts';
import type { Page } from '../base/paging.ts';
import type { Fault } from './faults.ts';

/** What Atlas refuses with that status, unless told otherwise. */
export function refusalOf(fault: Extract<Fault, { type: 'status' }>, path: string, address: string): Refusal {
  const usual = usualRefusal(fault.status, path, address, fault.retryAfterSeconds ?? 0);
  const { retryAfterSeconds, errorCode = usual.errorCode } = fault;
  return new Refusal(fault.status, errorCode, usual.message, { ...usual.options, retryAfterSeconds });
}

function usualRefusal(status: number, path: string, address: string, waitSeconds: number): Refusal {
  const limit: BucketLimit = ENDPOINT_SETS.cloudBackups;
  switch (status) {
    case 401:
      return refusals.userUnauthorized();
    case 403:
      return refusals.addressRefused(address);
    case 404:
      return refusals.resourceNotFound(path);
    case 410:
      return refusals.versionGone();
    case 429:
      return tooManyRequests(path, waitSeconds, limit);
    case 503:
      return refusals.unavailable();
    default:
      return refusals.unexpected();
  }
}

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
