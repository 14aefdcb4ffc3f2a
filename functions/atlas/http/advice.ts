// functions/atlas/http/advice.ts: what to do about an error answer of Atlas, for its message.

import { isIP } from 'node:net';
import type { AtlasErrorCode } from '../model/errors.ts';
import { durationText } from './duration.ts';

/** The credentials are valid but not sufficient: neither a retry nor a new signature can fix that (docs/atlas.md#5). */
export const ABOUT_ROLE = new Set([
  'USER_UNAUTHORIZED',
  'NOT_IN_GROUP',
  'USER_CANNOT_ACCESS_GROUP',
  'USER_CANNOT_ACCESS_ORG',
  'ACCESS_FORBIDDEN',
]);

export function adviceFor(code: AtlasErrorCode, known: Known): string {
  const { status, errorCode = '', role, parameters, retryAfterMs, fromAtlas } = known;
  switch (code) {
    case 'ATLAS_UNAUTHORIZED':
      if (errorCode === 'USER_UNAUTHORIZED') {
        return `the credentials are valid but their role is too small${role ? `; this call needs ${role}` : ''}`;
      }
      if (ABOUT_ROLE.has(errorCode)) return "the credentials are valid but not of this project's organization";
      return 'check that the API key or service account still exists and that the secret holds its current values';
    case 'ATLAS_FORBIDDEN':
      return forbiddenAdvice(status, errorCode, parameters);
    case 'ATLAS_NOT_FOUND':
      if (!fromAtlas) return FOREIGN;
      return 'it does not exist, was deleted, or is not visible to these credentials';
    case 'ATLAS_GONE':
      if (!fromAtlas) return FOREIGN;
      return 'this version of the endpoint is past its sunset; stop asking for it';
    case 'ATLAS_WRONG_TIER':
      return "the cluster belongs to another tier's API; ask that one";
    case 'ATLAS_RATE_LIMITED':
      return `wait${retryAfterMs === undefined ? '' : ` ${durationText(retryAfterMs)}`}, then ask again`;
    case 'ATLAS_UNAVAILABLE':
      return "the fault is on Atlas's side or on the way there; try again later";
    default:
      if (status >= 300 && status < 400) {
        return 'the base URL is wrong, since the API never redirects; it should be the final https address';
      }
      if (status === 406) return 'this version of the endpoint is not known there; check the base URL';
      return 'the request itself was refused, and asking again will not help';
  }
}

export function forbiddenAdvice(status: number, errorCode: string, parameters: unknown[]): string {
  if (status === 402) return "settle the organization's billing in Atlas";
  if (/^IP_ADDRESS_NOT_ON_/.test(errorCode)) {
    const address = parameters.find((each) => typeof each === 'string' && isIP(each) !== 0);
    return `add this address${address === undefined ? '' : `, ${address},`} to the API access list of the API key or service account`;
  }
  if (/^(ORG|RESOURCE)_REQUIRES_/.test(errorCode)) {
    return 'the organization requires an API access list; make one for these credentials and add this address';
  }
  if (/^(FEATURE_UNSUPPORTED|UNSUPPORTED_FOR_CURRENT_PLAN)$/.test(errorCode)) {
    return 'the plan of this project or cluster does not include it';
  }
  return 'an access list, a plan or a policy forbids it; see the code in Atlas';
}

export const FOREIGN =
  'this is not an answer in the form that Atlas gives, so it says nothing about what was asked for; check the base URL and any proxy';

export interface Known {
  status: number;
  errorCode: string | undefined;
  role: string | undefined;
  parameters: unknown[];
  retryAfterMs: number | undefined;
  fromAtlas: boolean;
}
