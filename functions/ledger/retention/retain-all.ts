// functions/ledger/retention/retain-all.ts: a step of the retention of every project of a ledger.
import { LedgerError } from '../model/errors.ts';
import type { Scope } from '../model/known-project.ts';
import type { Ledger } from '../model/ledger.ts';
import { type Retained, type RetainOptions, type RetainPorts, retainProject } from './retain.ts';

export interface RetainAllPorts extends RetainPorts {
  ledger: RetainPorts['ledger'] & Pick<Ledger, 'projects' | 'scope' | 'coverageWritten'>;
}

/** One project's step, or why there was none. */
export type RetainedOrFailed = Retained | { projectId: string; projectName: string; error: string };

/**
 * One after the other; one that fails costs only itself. Stops where there is no time left: what is left waits for the next step.
 * Nothing is let go by our clock alone, which may be wrong: days count from when Atlas's projects were last listed.
 * @throws LedgerError where the ledger can't be read, or is a hub's
 */
export async function* retainAll(
  ports: RetainAllPorts,
  options: Omit<RetainOptions, 'asOf'>,
): AsyncGenerator<RetainedOrFailed> {
  const scope = await ports.ledger.scope();
  if (scope?.spokes) throw new LedgerError('LEDGER_CONFLICT', OF_A_HUB);
  const asOf = asOfScope(scope, ports.now());
  if (asOf === undefined) return;
  try {
    for await (const { projectId, projectName, coverage } of ports.ledger.projects()) {
      if (ports.isOutOfTime?.()) return;
      if (!coverage) continue;
      try {
        yield await retainProject(projectId, ports, { ...options, asOf });
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error;
        yield { projectId, projectName, error: error.message };
      }
    }
  } finally {
    await ports.ledger.coverageWritten();
  }
}

const OF_A_HUB =
  'the table: expected that of a ledger which collects by itself, got that of a hub, which keeps every job';

/** A ledger that was not kept for so long, in ms, is left as it is; or our clock is wrong. The longest schedule is monthly. */
const MAX_SILENCE_MS = 62 * 86_400_000;

function asOfScope(scope: Scope | undefined, now: number): string | undefined {
  const listed = Object.values(scope?.accounts ?? {}).flatMap(({ listedAt }) => listedAt ?? []);
  const last = listed.sort().at(-1);
  if (last === undefined || now - Date.parse(last) > MAX_SILENCE_MS) return undefined;
  const here = new Date(now).toISOString();
  return last < here ? last : here;
}
