// test/lib/cost.ts: what a ledger costs a month, by the formula in docs/cost.md: counts of a run, times runs, times prices.
// Prices are AWS's for us-east-1, on demand, arm64, without free tiers, as published in 2025.
import { PARALLEL_LISTS } from '../../functions/platform/limits.ts';
import { CHECK_MINUTES } from '../../lib/monitoring/expectation.ts';
import { templateOf } from './template.ts';

const PRICES = {
  /** A write of 1 KB, a read of 4 KB, in millions. */
  writeUnits: 0.625,
  readUnits: 0.125,
  lambdaRequests: 0.2,
  lambdaGbSecond: 0.0000133334,
  sqsRequests: 0.4,
  events: 1,
  schedules: 1,
  logGb: 0.5,
  metric: 0.3,
  alarm: 0.1,
  secret: 0.4,
};

export interface Size {
  clusters: number;
  /** @default 10 */
  clustersPerProject?: number;
  /** @default 15 */
  everyMinutes?: number;
}

const HOURS_A_MONTH = 730;
/** Lambda's five pollers of each of two queues, of tasks and of messages, each asking every 20 seconds. */
const IDLE_POLLS = (2 * 5 * HOURS_A_MONTH * 3_600) / 20;
/** A full reading of 50 jobs of 1.9 KB, whole and consistently: a unit for 4 KB. It grows with the jobs. */
const DAILY_READ_UNITS = 24;
const DAYS_A_MONTH = 30.4;
/** Gauges of every check, and metrics of every run, `EventsSent` for the event of its end included. */
const METRICS = 7 + 6;
/** Of how collection stands: one invocation each, a page of runs, a log line. */
const CHECKS = { count: (HOURS_A_MONTH * 60) / CHECK_MINUTES, readUnits: 6, seconds: 0.1, logBytes: 1_000 };
/** Atlas answers in 200 ms on this way; 48 lists are read at once, beside those of the clusters. */
const ANSWER_SECONDS = 0.2;
/** What the notify function does with a change, the call to the bus included. */
const TELL_SECONDS = 0.1;

/** Those of the stack as it is without settings. */
const alarmCount = () => Object.keys(templateOf().findResources('AWS::CloudWatch::Alarm')).length;
/** Free in an account that uses little else. */
const FREE_ALARMS = 10;
const FREE_METRICS = 10;

/** What docs/cost.md says of metrics and alarms beyond the free ones. */
export function paidMonitoring(): string {
  const [metrics, alarms] = [METRICS - FREE_METRICS, alarmCount() - FREE_ALARMS];
  return `${metrics} metrics, ${dollars(metrics * PRICES.metric)}, and ${alarms} alarms, ${dollars(alarms * PRICES.alarm)}`;
}

/** What one run in which nothing has changed asks and writes. */
export function countsOfRun({ clusters, clustersPerProject = 10 }: Size) {
  const projects = Math.ceil(clusters / clustersPerProject);
  const each = Math.min(clusters, clustersPerProject);
  /** Of 20 jobs a list: hints of the newest 50 of each are kept, 45 bytes each. */
  const coverageKb = Math.ceil(1.45 * each + 1.5);
  const lists = 2 * clusters;
  return {
    projects,
    /** Each coverage that is written and the run's end come alone, at worst. Lambda reads the stream free of charge. */
    notifyInvocations: projects + 1,
    invocations: 1 + projects + projects + 1,
    /** Its end. */
    events: 1,
    /** Projects once; three lists of clusters a project; two lists of jobs a cluster. With an API key up to twice as many: each can need a challenge. */
    atlasRequests: 1 + 3 * projects + lists,
    /** The run begins, is planned, ends, and scope; what the coverage adds up to, and its marks; what it is to read; a project's part is put and counted, its coverage written between two marks. */
    tableWriteUnits: 8 + Math.ceil(projects / 10) + projects * (4 + coverageKb),
    /** Its end, scope, runs that have not ended, what the coverage added up to; what is known of a project, its verdicts, and its coverage. */
    tableReadUnits: 10 + projects * (2 + Math.ceil(coverageKb / 4)),
    sqsRequests: Math.ceil(projects / 10) + 2 * projects,
    collectSeconds: projects * (0.5 + ANSWER_SECONDS * (1 + Math.ceil((3 + 2 * each) / PARALLEL_LISTS))),
    logBytes: 2_000 + 2_100 * projects,
  };
}

/** US dollars a month. */
export function monthly(size: Size) {
  const { everyMinutes = 15 } = size;
  const runs = (HOURS_A_MONTH * 60) / everyMinutes;
  const run = countsOfRun(size);
  const millions = (count: number) => (count * runs) / 1e6;
  const lambda = run.collectSeconds * 0.5 + (0.5 + ANSWER_SECONDS) * 0.25 + run.notifyInvocations * TELL_SECONDS * 0.25;
  return {
    dynamodb:
      // An index holds the run itself: begun, planned, ended. Once a day each list is compared with its jobs.
      millions(run.tableWriteUnits + 3) * PRICES.writeUnits +
      millions(run.tableReadUnits) * PRICES.readUnits +
      ((CHECKS.count * CHECKS.readUnits) / 1e6) * PRICES.readUnits +
      ((DAILY_READ_UNITS * 2 * size.clusters * DAYS_A_MONTH) / 1e6) * PRICES.readUnits,
    lambda:
      (millions(run.invocations) + CHECKS.count / 1e6) * PRICES.lambdaRequests +
      (lambda * runs + CHECKS.count * CHECKS.seconds * 0.25) * PRICES.lambdaGbSecond,
    queue:
      (millions(run.sqsRequests) + IDLE_POLLS / 1e6) * PRICES.sqsRequests +
      (millions(1) + CHECKS.count / 1e6) * PRICES.schedules +
      millions(run.events) * PRICES.events,
    logs: ((run.logBytes * runs + CHECKS.logBytes * CHECKS.count) / 1e9) * PRICES.logGb,
    monitoring: METRICS * PRICES.metric + alarmCount() * PRICES.alarm,
    secret: PRICES.secret,
  };
}

const dollars = (value: number) => value.toFixed(2);

/** The rows of the table in docs/cost.md. */
export function costTable(): string[] {
  return [1, 100, 1_000].map((clusters) => {
    const parts = monthly({ clusters });
    const { dynamodb, lambda, queue, logs, monitoring, secret } = parts;
    const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
    const cells = [dynamodb, lambda, queue, logs, monitoring, secret, total].map(dollars);
    return `| ${clusters.toLocaleString('en')} | ${cells.join(' | ')} |`;
  });
}
