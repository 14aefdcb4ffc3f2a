// functions/collector/plan/survey.ts: what a run lists, and what is on record, before it is planned.
import type { KnownProject, Scope } from '../../ledger/model/known-project.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import type { Run } from '../../ledger/model/run.ts';
import type { Log } from '../../platform/log.ts';
import { AtlasTime } from '../list/atlas-time.ts';
import { anyOf } from '../task/any-account.ts';
import { endDeadRuns, type RunMaker } from './dead-runs.ts';
import { type Account, type Listing, listProjects } from './list-projects.ts';

export interface SurveyPorts {
  accounts: readonly Account[];
  ledger: Ledger;
  log: Log;
  now(): number;
  /** Of runs whose tasks are carried out in this process. */
  maker?: RunMaker;
}

/** What is on record. */
export interface Memory {
  known: Map<string, KnownProject>;
  scope: Scope | undefined;
}

export interface Survey {
  listings: Listing[];
  memory: Memory;
  /** When the run began, by the earlier of our clock and Atlas's: one may be wrong. ISO 8601. */
  at: string;
  /** The same moment by the later of both. ISO 8601. */
  latestAt: string;
  /** Atlas's time is known. If not, each listing has an error, so that nothing is concluded from it. */
  isMeasured: boolean;
  /** The moment before which every run has now ended; absent if that was not looked into. */
  endedThrough: string | undefined;
}

/** Records the run, reads what is on record and ends dead runs while projects are listed. */
export async function survey(run: Run, startedMs: number, ports: SurveyPorts): Promise<Survey> {
  const { ledger, log, now, maker } = ports;
  const { runId, scope } = run;
  const remembering = remember(ledger);
  const endRuns = async () => endDeadRuns(ports, { runId, since: (await remembering).scope?.runsEndedThrough, maker });
  const ending = scope.projectId === undefined || maker ? endRuns() : undefined;
  const background = [ledger.startRun(run, maker?.name), remembering, ending] as const;
  for (const each of background) each?.catch(() => {}); // thrown below

  const views = ports.accounts.map(({ name, atlas }) => ({ name, atlas: atlas.within(() => Infinity) }));
  const time = new AtlasTime({ atlas: anyOf(views.map(({ atlas }) => atlas)), now });
  // Whatever fails, nothing goes on in the background; an error of the listing says more than one of those.
  const listed = await listAll(views, log, runId).finally(() => Promise.allSettled(background));
  const { isMeasured } = time;
  const listings = isMeasured ? listed : listed.map((listing) => ({ error: time.failure, ...listing }));
  const [, memory, endedThrough] = await Promise.all(background);
  return { listings, memory, at: time.at(startedMs), latestAt: time.latestAt(startedMs), isMeasured, endedThrough };
}

async function remember(ledger: Ledger): Promise<Memory> {
  const reading = ledger.scope();
  reading.catch(() => {}); // thrown below
  const known = new Map<string, KnownProject>();
  for await (const project of ledger.knownProjects()) known.set(project.projectId, project);
  return { known, scope: await reading };
}

async function listAll(accounts: readonly Account[], log: Log, runId: string): Promise<Listing[]> {
  const listings: Listing[] = [];
  for (const account of accounts) {
    const listing = await listProjects(account);
    listings.push(listing);
    if (!listing.error) continue;
    const { code, message: reason } = listing.error;
    log.error('projects could not be listed', { runId, account: account.name, code, reason });
  }
  return listings;
}
