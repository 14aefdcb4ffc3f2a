// local/atlas/base/versions.ts: negotiation of the API version by the Accept header (docs/atlas.md#6).
import { refusals } from './errors.ts';

export interface Version {
  /** `2023-01-01` */
  date: string;
  /** HTTP dates with a day that lacks its leading zero, as recorded. */
  deprecation?: string;
  sunset?: string;
}

const MEDIA_TYPE = /^\s*application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json\s*(?:;.*)?$/;

/**
 * The newest version not after the date asked for.
 * @param versions oldest first.
 * @throws Refusal 406 where no date is asked for, or only one from before the resource.
 */
export function negotiate(accept: string | undefined, versions: readonly Version[]): Version {
  const dates = (accept ?? '').split(',').flatMap((type) => MEDIA_TYPE.exec(type)?.[1] ?? []);
  const asked = dates[0];
  const served = asked && versions.findLast(({ date }) => date <= asked);
  if (!served) throw refusals.invalidVersion(accept ?? '');
  return served;
}

export const mediaType = ({ date }: Version) => `application/vnd.atlas.${date}+json;charset=utf-8`;

/** Refusals carry these too. */
export const deprecationHeaders = ({ deprecation, sunset }: Version): Record<string, string> => ({
  ...(deprecation && { Deprecation: deprecation }),
  ...(sunset && { Sunset: sunset }),
});
