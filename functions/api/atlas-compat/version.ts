// functions/api/atlas-compat/version.ts: the version of a resource that `Accept` names (docs/atlas.md#6).
import { refusals } from './response-error.ts';

const MEDIA_TYPE = /^application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json$/;

/**
 * The media type to answer with. A later date than the resource's is served by the newest version, which is its only one.
 * @param version the resource's date @throws Refusal 406 where no date is requested, or only earlier ones
 */
export function mediaType(accept: string | undefined, version: string): string {
  const dates = (accept ?? '').split(',').flatMap((type) => {
    const [name = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
    return parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
      ? []
      : (MEDIA_TYPE.exec(name)?.[1] ?? []);
  });
  if (!dates.some((date) => date >= version && isDate(date))) throw refusals.invalidVersion();
  return `application/vnd.atlas.${version}+json;charset=utf-8`;
}

function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
