// functions/views/annotations.ts: annotations in words, for the page, the report, events and the command line.

import type { Change } from '../ledger/model/ledger.ts';
import type { Annotation, Annotator, Validation } from '../restore/annotations.ts';
import type { Announcement } from '../restore/expected/expected-restore.ts';
import type { ValidationStatus } from '../schema/words.ts';

type Check = NonNullable<Annotation['checks']>[number];

const VERDICTS: Record<ValidationStatus, string> = {
  VALIDATING: 'being validated',
  SUCCESSFUL: 'validated',
  FAILED: 'validation failed',
  TIMED_OUT: 'validation timed out',
};
export const verdictWords = ({ status }: Pick<Validation, 'status'>): string => VERDICTS[status] ?? status;

/** Whether nobody but the annotator says who it is, always. */
export const annotatorWords = ({ name, issuer, selfDeclared }: Annotator): string =>
  `${name}${issuer === undefined ? '' : ` (${issuer})`}${selfDeclared ? ' (self-declared)' : ''}`;

/** `rows=10 : 9`, as it is given, too. */
export const checkWords = ({ name, expected, got }: Check): string => `${name}=${expected} : ${got}`;

export const isPassed = ({ expected, got }: Check): boolean => expected === got;

/** `2 of 3 checks as expected`, and by whom where another said the last; undefined without any. */
export function checksInShort({ checks = [], checksBy }: Pick<Annotation, 'checks' | 'checksBy'>): string | undefined {
  if (checks.length === 0) return undefined;
  const by = checksBy === undefined ? '' : `, made by ${annotatorWords(checksBy)}`;
  return `${checks.filter(isPassed).length} of ${checks.length} ${checks.length === 1 ? 'check' : 'checks'} as expected${by}`;
}

/** `purpose drill, ticket OPS-1, 2 of 3 checks as expected`; empty where all was taken back. */
export function annotationInShort({ purpose, ticket, environment, links, ...annotation }: Annotation): string {
  const parts = [
    purpose && `purpose ${purpose}`,
    ticket && `ticket ${ticket}`,
    environment && `environment ${environment}`,
    checksInShort(annotation),
    links && `${links.length} ${links.length === 1 ? 'link' : 'links'}`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** What an entry of a history says of a job, and who says it; undefined where nobody annotated it. */
export function annotationOfChange({ fields }: Pick<Change, 'fields'>): { by: Annotator; words: string } | undefined {
  const validation = fields.validation?.to as Validation | undefined;
  const annotation = fields.annotation?.to as Annotation | undefined;
  const by = validation?.by ?? annotation?.by;
  if (!by) return undefined;
  const verdict = validation && `${verdictWords(validation)}${validation.message ? `: ${validation.message}` : ''}`;
  const words = [verdict, annotation && (annotationInShort(annotation) || 'nothing but a verdict, any more')];
  return { by, words: words.filter(Boolean).join('; ') };
}

/** `announced by ana (self-declared): purpose drill, ticket OPS-1` */
export function announcementWords({ purpose, ticket, by }: Announcement): string {
  const about = [purpose && `purpose ${purpose}`, ticket && `ticket ${ticket}`].filter(Boolean).join(', ');
  return `announced by ${annotatorWords(by)}${about === '' ? '' : `: ${about}`}`;
}

/** What an entry of a history says of its announcement; undefined where it says nothing. */
export function announcementOfChange({ fields }: Pick<Change, 'fields'>): string | undefined {
  if (!fields.announcement) return undefined;
  const { to } = fields.announcement as { to?: Announcement };
  return to ? announcementWords(to) : 'not the restore that was announced';
}
