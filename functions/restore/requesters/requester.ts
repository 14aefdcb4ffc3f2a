// functions/restore/requesters/requester.ts: who requested a restore, and how sure that is.

/** How sure: 90 points and more, 70, 30, 10. `weak` is a hint and never a reason to alert (docs/atlas.md#12-5). */
export const GRADES = ['exact', 'strong', 'likely', 'weak'] as const;
export type Grade = (typeof GRADES)[number];

/**
 * Why nobody is named. pending: the job is too young for its event to be missing. not-read: the events of that time could
 * not be read. none: they were read, and none fits. ambiguous: several fit, by different actors, or one fits several jobs.
 */
export const NO_REQUESTER = ['pending', 'not-read', 'none', 'ambiguous'] as const;
export type NoRequester = (typeof NO_REQUESTER)[number];

export const ACTOR_KINDS = ['user', 'apiKey', 'staff', 'delegated', 'unknown'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** As the event names it. `staff` is MongoDB's own, `delegated` an application that acts for someone. */
export interface Actor {
  kind: ActorKind;
  /** Of the user or of the API key, as Atlas sent it. */
  id?: string;
  /** User name, or public key. */
  name?: string;
  /** The application, where one acted for someone. */
  via?: string;
}

/** An actor with the grade, which is never left out. */
export interface FoundRequester {
  actor: Actor;
  grade: Grade;
  /** Of 100. */
  points: number;
  /** Absent where several events of this one actor fit. */
  eventId?: string;
  /** Atlas's `eventTypeName`. */
  eventType: string;
  /** From the job's second to the event's. */
  secondsLater?: number;
  /** How far the event's counter was ahead; absent where the two ids share no process. */
  countsAhead?: number;
  /** Other events and jobs that came into question. */
  rivals: number;
}

export interface MissingRequester {
  reason: NoRequester;
  /** What came of reading the events, where that says more: an error's code. Never a person's name. */
  detail?: string;
  rivals?: number;
}

export type Requester = FoundRequester | MissingRequester;

export const isFound = (requester: Requester | undefined): requester is FoundRequester =>
  requester !== undefined && 'grade' in requester;
