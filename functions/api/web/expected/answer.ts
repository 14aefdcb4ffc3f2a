// functions/api/web/expected/answer.ts: GET /expected: restores that were announced, those that end last first, or one of them.

import { CursorError } from '../../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import { defined } from '../../../platform/defined.ts';
import { isObjectId } from '../../../restore/object-id.ts';
import { EXPECTED_STATES } from '../../../schema/words.ts';
import type { Html } from '../../../views/html/text.ts';
import { rowsOf } from '../../expected/rows.ts';
import { RequestProblem } from '../../http/problem.ts';
import type { NamesReader } from '../../query/names.ts';
import { messagePage } from '../html/layout.ts';
import { readPlace, refusedPlace } from '../parts/place.ts';
import { namesOf } from '../parts/project-names.ts';
import { type ExpectedAsked, expectedPage } from './page.ts';

export interface ExpectedPorts {
  ledger: Pick<LedgerReader, 'expectedPage' | 'expectedRestore' | 'projectNames'> & NamesReader;
  /** Milliseconds since the epoch. */
  now(): number;
}

const A_PAGE = 50;
const NAMES = ['id', 'state', 'project', 'projectId', 'cursor'];

/** Requests: those of `GET /expected-restores`, those of a name, and 1 batch read for the names of other projects. */
export async function expectedAnswer(
  { ledger, now }: ExpectedPorts,
  given: URLSearchParams,
): Promise<{ page: Html; status: 200 | 400 | 404 | 409 }> {
  const at = now();
  const { id, project, ...parts } = Object.fromEntries([...given].filter(([, value]) => value !== ''));
  const other = [...given.keys()].find((name) => !NAMES.includes(name));
  if (other !== undefined) return wrong(`There is no parameter ${other.slice(0, 40)}; there are: ${NAMES.join(', ')}.`);
  if (id !== undefined) return one(id);
  const place =
    project === undefined
      ? {}
      : await readPlace(ledger, new URLSearchParams(defined({ project, projectId: parts.projectId })));
  if (place instanceof RequestProblem) return refusedPlace(place, at);
  const asked = askedOf({ ...parts, ...place });
  if (typeof asked === 'string') return wrong(asked);
  const { projectId, state, cursor } = asked;
  try {
    const found = await ledger.expectedPage(defined({ projectId, cursor, limit: A_PAGE }));
    const rows = (await rowsOf(found.items, { ledger, now })).filter(
      (row) => state === undefined || row.state === state,
    );
    return { page: expectedPage({ asked, rows, next: found.cursor, names: await namesFor(rows) }, at), status: 200 };
  } catch (error) {
    if (error instanceof CursorError) return wrong('This link leads on from a page of another search.');
    throw error;
  }

  async function one(expectedRestoreId: string) {
    const expected = await ledger.expectedRestore(expectedRestoreId);
    if (!expected) {
      const why = 'The ledger has no such announcement: it is named by 24 hex digits.';
      return { page: messagePage('No such announced restore', why, at), status: 404 as const };
    }
    const rows = await rowsOf([expected], { ledger, now });
    return { page: expectedPage({ rows, names: await namesFor(rows) }, at), status: 200 as const };
  }

  function namesFor(rows: readonly { targetProjectId?: string | undefined }[]) {
    return namesOf(
      ledger,
      rows.flatMap(({ targetProjectId }) => targetProjectId ?? []),
    );
  }

  function wrong(text: string) {
    return { page: messagePage('This address can’t be used', text, at), status: 400 as const };
  }
}

/** @returns what is wrong, as a sentence */
function askedOf({ state: word, projectId, cursor }: Record<string, string>): ExpectedAsked | string {
  const state = EXPECTED_STATES.find((each) => each === word);
  if (word !== undefined && state === undefined) return `state: expected one of ${EXPECTED_STATES.join(', ')}.`;
  if (projectId !== undefined && !isObjectId(projectId)) return 'projectId: expected 24 hex digits.';
  return defined({ state, projectId, cursor });
}
