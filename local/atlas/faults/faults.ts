// local/atlas/faults/faults.ts: faults on request: which responses are spoiled, how, and how often.
import type { Kind } from '../../../functions/schema/words.ts';

export type Fault =
  /** An answer of that status: 400, 401, 403, 404, 410, 429, 500 or 503, in Atlas's words. */
  | {
      type: 'status';
      status: number;
      /** @default what Atlas says with that status; on 401 a plain refusal with a new challenge */
      errorCode?: string;
      /** Sent as `Retry-After`, whatever the status. @default no such header */
      retryAfterSeconds?: number;
    }
  /** Answers as usual, `ms` of real time later. `Infinity`: never; the request ends when the client leaves. */
  | { type: 'slow'; ms: number }
  /** Promises the whole body, sends half and breaks the connection. */
  | { type: 'cutBody' }
  /** A page of HTML with status 200, as proxies send. */
  | { type: 'wrongJson' }
  /** Spoils a list: `results` a string; ids that are numbers; no ids; the first item null. */
  | { type: 'wrongTypes'; what: 'results' | 'numberIds' | 'missingIds' | 'nullItem' }
  /** A valid list padded to `bytes`. `Infinity`: until the client leaves. */
  | { type: 'hugeBody'; bytes: number }
  /** Every page holds the right items in the wrong order. */
  | { type: 'notDescending' }
  /** Every page after the first begins with the last items of the page before. */
  | { type: 'duplicatePages'; items: number }
  /** A job starts before every page after the first is read, so that all others move on by one. */
  | { type: 'shiftingPages' }
  /** Events are shown `ms` later than usual, by the simulator's clock. */
  | { type: 'lateEvents'; ms: number }
  /** That status with the words of something that is not Atlas, such as a proxy. */
  | {
      type: 'foreign';
      status: number;
      /** @default a page of HTML */
      body?: string;
      /** @default none but what the body needs */
      headers?: Record<string, string>;
    }
  /** Every page of a list ends after `items`, as only `totalCount` shows. */
  | { type: 'cutPages'; items: number }
  /** Lists come without links. */
  | { type: 'noLinks' }
  /** The connection is reset before an answer. */
  | { type: 'reset' }
  /** 301 to that place. */
  | { type: 'redirect'; to: string };

/** What a request must be for a fault to strike it. What is left out does not matter. */
export interface FaultTarget {
  /** Searched in the path, without the query. */
  path?: RegExp;
  projectId?: string;
  clusterName?: string;
  /** The kind of restore jobs that is asked for, or events. */
  kind?: Kind | 'events';
  /** Lists only; a list without `pageNum` asks for page 1. */
  pageNum?: number;
}

export interface FaultPlan {
  when: FaultTarget;
  /** How many requests it strikes. @default for ever */
  times?: number;
  fault: Fault;
}

/** What faults know of a request. */
export type FaultFacts = { path: string } & Partial<
  Record<Exclude<keyof FaultTarget, 'path'>, string | number | undefined>
>;

/**
 * Strikes requests whose credentials were accepted, so that a digest challenge spends none of a fault's `times`, and
 * requests of tokens. Where several fit, the one that was added first strikes.
 */
export class Faults {
  readonly #plans = new Set<{ when: FaultTarget; left: number; fault: Fault }>();

  /** @returns a function that takes the fault back. */
  add({ when, times = Number.POSITIVE_INFINITY, fault }: FaultPlan): () => void {
    const plan = { when, left: times, fault };
    this.#plans.add(plan);
    return () => void this.#plans.delete(plan);
  }

  clear() {
    this.#plans.clear();
  }

  /** The fault that strikes this request, which counts as one of its `times`. */
  take(facts: FaultFacts): Fault | undefined {
    for (const plan of this.#plans) {
      if (plan.left < 1 || !strikes(plan.when, facts)) continue;
      plan.left--;
      return plan.fault;
    }
    return undefined;
  }
}

const PLAIN_FACTS = ['projectId', 'clusterName', 'kind', 'pageNum'] as const;

const strikes = (when: FaultTarget, facts: FaultFacts) =>
  (!when.path || facts.path.search(when.path) !== -1) &&
  PLAIN_FACTS.every((name) => when[name] === undefined || when[name] === facts[name]);
