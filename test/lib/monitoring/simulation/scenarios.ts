// test/lib/monitoring/simulation/scenarios.ts: what may go wrong with the runs of a schedule, and which alarms have to say so.
import { noCounts, type Run } from '../../../../functions/ledger/model/run.ts';

/** What a run comes to, or why there is none. */
export type Outcome = Pick<Run, 'status' | 'failures' | 'counts'> | 'not started' | 'never ends';

export interface Scenario {
  /** @param index of the run, counted from the first that is to go wrong @returns undefined: it goes well */
  outcome(index: number): Outcome | undefined;
  /** Nothing is checked either while it lasts. */
  isUnchecked?: true;
  /** Those that ring, each with the runs that have to go well before it is quiet. @param runsToAlarm as the alarms have it */
  alarms(runsToAlarm: number): Readonly<Record<string, number>>;
}

export const WELL: Outcome = { status: 'complete', failures: [], counts: noCounts() };

const failure = (code: string) => ({ what: 'projects', code, message: '' });
const incomplete = (counts: object, ...codes: string[]): Outcome => ({
  status: 'incomplete',
  failures: codes.map(failure),
  counts: { ...noCounts(), ...counts },
});
const failed = (code: string): Outcome => ({ status: 'failed', failures: [failure(code)], counts: noCounts() });
const always = (outcome: Outcome) => () => outcome;

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'all is well': { outcome: () => undefined, alarms: () => ({}) },
  'the schedule is dead': { outcome: always('not started'), alarms: () => ({ CollectionSilent: 1 }) },
  'runs never end': { outcome: always('never ends'), alarms: () => ({ CollectionSilent: 1 }) },
  'everything is dead': { outcome: always('not started'), isUnchecked: true, alarms: () => ({ CollectionSilent: 1 }) },
  'every run fails': { outcome: always(failed('ATLAS_UNAVAILABLE')), alarms: () => ({ CollectionIncomplete: 1 }) },
  'one run fails': {
    outcome: (index) => (index === 0 ? failed('ATLAS_UNAVAILABLE') : undefined),
    alarms: (runsToAlarm) => (runsToAlarm === 1 ? { CollectionIncomplete: 1 } : {}),
  },
  'one cluster fails in every run': {
    outcome: always(incomplete({ clusters: 9, clustersFailed: 1 })),
    alarms: (runsToAlarm) => ({ CollectionIncomplete: 1, ClustersFailing: runsToAlarm }),
  },
  'a cluster fails in every other run, twice': {
    outcome: (index) => (index === 0 || index === 2 ? incomplete({ clusters: 9, clustersFailed: 1 }) : undefined),
    alarms: (runsToAlarm) =>
      runsToAlarm === 1 ? { CollectionIncomplete: 1, ClustersFailing: 1 } : { ClustersFailing: 1 },
  },
  'credentials are refused in every run': {
    outcome: always(failed('ATLAS_UNAUTHORIZED')),
    alarms: () => ({ CredentialsRefused: 1, CollectionIncomplete: 1 }),
  },
  'a project is no longer visible': {
    outcome: always(incomplete({}, 'PROJECT_NOT_VISIBLE')),
    alarms: () => ({ ProjectsNotVisible: 1, CollectionIncomplete: 1 }),
  },
  'no project is chosen': {
    outcome: always(failed('NO_PROJECTS_CHOSEN')),
    alarms: () => ({ EmptyScope: 1, CollectionIncomplete: 1 }),
  },
  'project events cannot be read': {
    outcome: always({ status: 'complete', failures: [], counts: { ...noCounts(), eventsFailed: 1 } }),
    alarms: (runsToAlarm) => ({ EventsUnread: runsToAlarm }),
  },
};
