// bench/ledger/prices.ts makes a month's bill of what was counted. Prices are AWS's for us-east-1, on demand, arm64, without free
// tiers, as published in 2025: those of docs/cost.md. A test holds the two together.

/** US dollars, each. */
const PRICES = {
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  sqsRequest: 0.4 / 1e6,
  schedule: 1 / 1e6,
  logByte: 0.5 / 1e9,
};

const HOURS_A_MONTH = 730;
/** Lambda's five pollers of a queue, each asking every 20 seconds. */
const IDLE_POLLS = (5 * HOURS_A_MONTH * 3_600) / 20;
export const DAYS_A_MONTH = 30.4;

/** Of one run. */
export interface RunCounts {
  readUnits: number;
  writeUnits: number;
  invocations: number;
  /** Lambda's memory times its time. */
  gbSeconds: number;
  sqsRequests: number;
  logBytes: number;
}

/** US dollars a month. What costs the same at every size, alarms and secrets, is left out. */
export interface Bill {
  dynamodb: number;
  lambda: number;
  queue: number;
  logs: number;
}

/** @param daily what a run a day costs more than the others */
export function monthlyBill(
  run: RunCounts,
  options: { everyMinutes: number; queue: boolean; daily?: RunCounts },
): Bill {
  const { everyMinutes, queue, daily } = options;
  const runs = (HOURS_A_MONTH * 60) / everyMinutes;
  const monthly = (name: keyof RunCounts) => run[name] * runs + (daily?.[name] ?? 0) * DAYS_A_MONTH;
  return {
    dynamodb: monthly('writeUnits') * PRICES.writeUnit + monthly('readUnits') * PRICES.readUnit,
    lambda: monthly('invocations') * PRICES.lambdaRequest + monthly('gbSeconds') * PRICES.lambdaGbSecond,
    queue: (monthly('sqsRequests') + (queue ? IDLE_POLLS : 0)) * PRICES.sqsRequest + runs * PRICES.schedule,
    logs: monthly('logBytes') * PRICES.logByte,
  };
}

export const total = (bill: Bill) => Object.values(bill).reduce((sum: number, part: number) => sum + part, 0);
