// functions/atlas/resources/raw-list.ts: one page of a list as Atlas sent it, less its secrets.
import { defined } from '../../platform/defined.ts';
import { redactAnswer } from '../../restore/redact/redact.ts';
import type { JobList } from '../model/atlas.ts';
import { AtlasError } from '../model/errors.ts';
import { JOB_LISTS, jobsPath } from '../request/endpoints.ts';
import type { AtlasHttp } from '../request/request.ts';

/** Atlas's own parameters, sent as they are; those left out are not sent, so Atlas's defaults hold. */
export interface RawListRequest extends JobList {
  /** Wraps the answer in Atlas's envelope, which adds its status. */
  envelope?: boolean | undefined;
  /** Unknown to lists of collection restore jobs. */
  includeCount?: boolean | undefined;
  /** 1 to 500. */
  itemsPerPage?: number | undefined;
  /** From 1. */
  pageNum?: number | undefined;
  /** Indents the text. */
  pretty?: boolean | undefined;
}

export interface RawList {
  status: number;
  /** Parsed, secret-bearing fields removed. */
  body: unknown;
  /** The same as JSON text. */
  text: string;
}

/** @throws AtlasError ATLAS_REFUSED, before anything is sent, for a parameter that Atlas would refuse or clamp */
export async function readRawList(http: AtlasHttp, request: RawListRequest): Promise<RawList> {
  check(request);
  const { kind, projectId, envelope, includeCount, itemsPerPage, pageNum, pretty } = request;
  const query = defined({ envelope, includeCount, itemsPerPage, pageNum, pretty });
  const answer = await http.get({ endpoint: JOB_LISTS[kind], path: jobsPath(request), query, scope: projectId });
  const body = redactAnswer(answer.body);
  return { status: answer.status, body, text: JSON.stringify(body, null, pretty ? 2 : 0) };
}

function check({ kind, projectId, clusterName, includeCount, itemsPerPage, pageNum }: RawListRequest) {
  const wrong = (message: string) => new AtlasError('ATLAS_REFUSED', `${message}. Nothing was sent`);
  if (!/^[a-f0-9]{24}$/.test(projectId)) throw wrong('A project id is 24 hex digits, in lower case');
  // At most 64 characters, letters, digits and hyphens (docs/atlas.md#1).
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/.test(clusterName)) {
    throw wrong('A cluster name is 1 to 64 letters, digits and hyphens, and begins with no hyphen');
  }
  if (itemsPerPage !== undefined && !(Number.isInteger(itemsPerPage) && itemsPerPage >= 1 && itemsPerPage <= 500)) {
    throw wrong('itemsPerPage is a whole number from 1 to 500');
  }
  if (pageNum !== undefined && !(Number.isSafeInteger(pageNum) && pageNum >= 1)) {
    throw wrong('pageNum is a whole number from 1');
  }
  if (includeCount !== undefined && !JOB_LISTS[kind].counts) {
    throw wrong(`Lists of ${kind} restore jobs have no includeCount: leave it out`);
  }
}
