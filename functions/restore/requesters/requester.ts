// functions/restore/requesters/requester.ts: who requested a restore, and how sure that is.
import type * as z from 'zod/mini';
import type { requester } from '../../schema/job.ts';

export type Requester = z.infer<typeof requester>;
/** An actor with the grade, which is never left out. */
export type FoundRequester = Extract<Requester, { grade: unknown }>;
export type MissingRequester = Exclude<Requester, FoundRequester>;
export type Actor = FoundRequester['actor'];

export const isFound = (requester: Requester | undefined): requester is FoundRequester =>
  requester !== undefined && 'grade' in requester;

/** Below `strong` a name is a hint, and a hint is no reason to alert. */
export const surely = ({ requester }: { requester?: Requester | undefined }): FoundRequester | undefined =>
  isFound(requester) && (requester.grade === 'exact' || requester.grade === 'strong') ? requester : undefined;

export const identities = ({ id, name }: Actor) => [id, name].filter((word) => word !== undefined);
/** Of each text of an actor, in characters; what is longer is cut. Atlas gives no limit; a user name is an e-mail address, so 254 at most. */
export const MAX_ACTOR_TEXT = 256;
/** In `via`, between the application that asked and whoever it asked for, and so on. */
export const WAY = ' > ';

export const ACTOR_KIND_TEXT: Record<Actor['kind'], string> = {
  user: 'user',
  apiKey: 'API key',
  staff: 'MongoDB staff',
  delegated: 'application',
  unknown: 'of unknown kind',
};
