// test/lib/monitoring/simulation/alarm.ts: one CloudWatch alarm, by the rules of its documentation.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html

export interface AlarmProperties {
  AlarmName: string;
  MetricName: string;
  Statistic: string;
  Threshold: number;
  ComparisonOperator: string;
  Period: number;
  EvaluationPeriods: number;
  DatapointsToAlarm?: number;
  TreatMissingData: string;
}

export type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Point {
  /** In minutes. */
  at: number;
  isBreaching: boolean;
}

/** CloudWatch looks at some more periods than an alarm evaluates, in case some are missing; it does not say how many. */
const MORE_PERIODS = 2;

/**
 * @param points those that are visible by now, newest first
 * @param end of the newest period, in minutes
 */
export function evaluate(alarm: AlarmProperties, points: readonly Point[], end: number, state: State): State {
  const { Period, EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, TreatMissingData } = alarm;
  const minutes = Period / 60;
  /** Of periods with data, newest first: by the maximum, a period is breaching where one of its points is. */
  const real: boolean[] = [];
  let missing = 0;
  for (let index = 0; index < EvaluationPeriods + MORE_PERIODS; index++) {
    const to = end - index * minutes;
    const inPeriod = points.filter(({ at }) => at >= to - minutes && at < to);
    if (inPeriod.length > 0) real.push(inPeriod.some(({ isBreaching }) => isBreaching));
    else missing++;
  }
  const evaluated = real.slice(0, EvaluationPeriods);
  const breaching = evaluated.filter(Boolean).length;
  const filled = Math.min(missing, EvaluationPeriods - evaluated.length);
  if (evaluated.length === 0) {
    if (TreatMissingData === 'ignore') return state;
    if (TreatMissingData === 'missing') return 'INSUFFICIENT_DATA';
  }
  if (breaching >= DatapointsToAlarm) return 'ALARM';
  if (breaching + filled < DatapointsToAlarm) return 'OK';
  if (TreatMissingData === 'breaching') return 'ALARM';
  return TreatMissingData === 'ignore' ? state : 'OK';
}
