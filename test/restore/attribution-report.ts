// test/restore/attribution-report.ts: how often each grade is right in synthetic projects: npx tsx test/restore/attribution-
// report.ts [worlds]

import { idParts } from '../../functions/restore/object-id.ts';
import type { Verdict } from '../../functions/restore/requesters/confidence.ts';
import { matchRequests } from '../../functions/restore/requesters/match-requests.ts';
import { GRADES, type Grade, type Kind } from '../../functions/schema/words.ts';
import { Random } from '../../local/atlas/base/random.ts';
import { makeWorld, type World, type WorldOptions } from './request-worlds.ts';

const WORLDS = Number(process.argv[2] ?? 5_000);

type Crowding = Pick<WorldOptions, 'gapSeconds' | 'processes' | 'requests' | 'idsPerSecond'>;

/** As recorded: 4 % of jobs have another within 2 s, half of those on one process; 33 % within a minute (docs/atlas.md#12-4). */
function recordedGap(random: Random) {
  const draw = random.next();
  if (draw < 0.02) return random.next() * 2;
  if (draw < 0.033) return 2 + random.next() * 3;
  if (draw < 0.18) return 5 + random.next() * 55;
  return 60 + random.next() * 3_600;
}
const upTo = (seconds: number) => (random: Random) => random.next() * seconds;

const CROWDINGS: Record<string, Crowding> = {
  'as recorded': { gapSeconds: recordedGap, processes: 2, requests: 12, idsPerSecond: 30 },
  '12 in a minute, 4 processes': { gapSeconds: upTo(10), processes: 4, requests: 12, idsPerSecond: 30 },
  '12 in 6 s, 2 processes': { gapSeconds: upTo(1), processes: 2, requests: 12, idsPerSecond: 30 },
  '12 in half a second, 1 process': { gapSeconds: upTo(0.08), processes: 1, requests: 12, idsPerSecond: 30 },
};

const KINDS: Record<string, Partial<WorldOptions> & { kind: Kind }> = {
  'flex, nothing missing': { kind: 'flex' },
  'flex, 5 % of events or 10 % of jobs missing': { kind: 'flex', eventsLost: 0.05, clustersDeleted: 0.1 },
  'flex, both missing side by side': { kind: 'flex', eventsLost: 0.05, clustersDeleted: 0.1, gaps: 'together' },
  'dedicated, 30 % exports, 5 % of events missing': {
    kind: 'dedicated',
    exports: 0.3,
    eventsLost: 0.05,
    gaps: 'together',
  },
  'dedicated, the same, events of other processes': {
    kind: 'dedicated',
    exports: 0.3,
    eventsLost: 0.05,
    gaps: 'together',
    eventFrom: 'another',
  },
};

interface Tally {
  named: Record<Grade, number>;
  right: Record<Grade, number>;
  reasons: { none: number; ambiguous: number };
  jobs: number;
  /** Jobs whose event is visible. */
  answerable: number;
  /** Jobs with another within 2 s. */
  crowded: number;
}

function tally(worlds: Iterable<World>): Tally {
  const zero = () => ({ exact: 0, strong: 0, likely: 0, weak: 0 });
  const counted: Tally = {
    named: zero(),
    right: zero(),
    reasons: { none: 0, ambiguous: 0 },
    jobs: 0,
    answerable: 0,
    crowded: 0,
  };
  for (const world of worlds) {
    counted.crowded += crowdedIn(world);
    for (const [jobId, verdict] of matchRequests(world.jobs, world.events)) {
      counted.jobs += 1;
      if (world.truth.get(jobId)?.visible) counted.answerable += 1;
      if ('reason' in verdict) counted.reasons[verdict.reason] += 1;
      else {
        counted.named[verdict.grade] += 1;
        if (isRight(world, jobId, verdict)) counted.right[verdict.grade] += 1;
      }
    }
  }
  return counted;
}

function isRight({ truth }: World, jobId: string, verdict: Verdict) {
  const { actor, eventId } = truth.get(jobId) ?? {};
  return 'grade' in verdict && verdict.actor === actor && (verdict.eventId ?? eventId) === eventId;
}

function crowdedIn({ jobs }: World) {
  const seconds = jobs.map(({ jobId }) => idParts(jobId).second);
  return seconds.filter((second) => seconds.filter((other) => Math.abs(other - second) <= 2).length > 1).length;
}

function* worldsOf(options: Omit<WorldOptions, 'actors'>): Generator<World> {
  for (let seed = 1; seed <= WORLDS; seed++) {
    const random = new Random(seed);
    yield makeWorld({ ...options, actors: random.between(2, 4) }, random);
  }
}

const percent = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);

function precision(right: number, named: number) {
  if (named === 0) return '-';
  const wrong = named - right;
  return wrong === 0 ? '100 %' : `${((100 * right) / named).toFixed(3)} % (${wrong} wrong)`;
}

const row = (cells: readonly unknown[]) => console.log(`| ${cells.join(' | ')} |`);

console.log(
  `${WORLDS} worlds a row. Each grade: precision (right of those named) / recall (right of jobs whose event is visible).\n`,
);
const heads = ['kind', 'crowding', 'jobs', 'another within 2 s', ...GRADES, 'ambiguous', 'none'];
row(heads);
row(heads.map(() => '---'));
for (const [kindName, kind] of Object.entries(KINDS)) {
  for (const [crowdingName, crowding] of Object.entries(CROWDINGS)) {
    const { named, right, reasons, jobs, answerable, crowded } = tally(worldsOf({ ...crowding, ...kind }));
    const grades = GRADES.map((each) => `${precision(right[each], named[each])} / ${percent(right[each], answerable)}`);
    const rest = [percent(reasons.ambiguous, jobs), percent(reasons.none, jobs)];
    row([kindName, crowdingName, jobs, percent(crowded, jobs), ...grades, ...rest]);
  }
}
