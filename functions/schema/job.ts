// functions/schema/job.ts: every public field of a restore job, of its history, requester and findings.
import * as z from 'zod/mini';
import { annotation, validation } from './annotation.ts';
import { announcement } from './expected-restore.ts';
import { measures } from './measure.ts';
import {
  anyObject,
  count,
  described,
  list,
  map,
  moment,
  named,
  objectId,
  oneOf,
  optional,
  page,
  someOf,
  text,
} from './types.ts';
import { ACTOR_KINDS, DELIVERIES, GRADES, KINDS, NO_REQUESTER, RULES, SEVERITIES, STATUSES } from './words.ts';

const revision = (description?: string) => described(z.int().check(z.minimum(1)), description);

export const fieldProblem = named(
  'FieldProblem',
  z.object({
    field: text("In Atlas's words; the whole of its value is in `atlas`."),
    expected: text(),
    got: text('What was there, in short.'),
  }),
);

export const status = (
  description = 'READY: a download waits to be fetched. UNKNOWN: it has ended, the outcome is not known.',
) => oneOf(STATUSES, description);

export const severity = () => oneOf(SEVERITIES);

const actor = z.object({
  kind: someOf(ACTOR_KINDS, "`staff` is MongoDB's own, `delegated` an application that acts for someone."),
  id: optional(text('Of the user or of the API key, as Atlas sent it.')),
  name: optional(text('User name, or public key.')),
  via: optional(text('The application, where one acted for someone.')),
});

const foundRequester = named(
  'FoundRequester',
  z.object({
    actor: described(actor, 'As the Atlas event names it.'),
    grade: someOf(GRADES, 'How sure: 90 points and more, 70, 30, 10. `weak` is a hint and no reason to act.'),
    points: described(z.int().check(z.minimum(0), z.maximum(100)), 'Of 100.'),
    eventId: optional(text('Absent where several events of this one actor fit.')),
    eventType: text("Atlas's `eventTypeName`."),
    secondsLater: optional(described(z.number(), "From the job's second to the event's; -1 to 60.")),
    countsAhead: optional(
      described(
        z.int().check(z.minimum(1)),
        "How far the counter of the event's id is ahead of the job's; absent where the two ids share no process.",
      ),
    ),
    rivals: count('Other events and jobs that were possible.'),
  }),
);
const missingRequester = named(
  'MissingRequester',
  z.object({
    reason: someOf(
      NO_REQUESTER,
      "pending: too early to say. not-read: the project's events could not be read. none: none of them fits. ambiguous: several fit, by different actors.",
    ),
    detail: optional(text('Why the events could not be read: the code of an error. Never the name of a person.')),
    rivals: optional(count()),
  }),
);
/** A found one always has its grade. */
export const requester = named(
  'Requester',
  z.xor([foundRequester, missingRequester]),
  'Who requested the restore, or why nobody is named.',
);

export const finding = named(
  'Finding',
  z.object({
    rule: someOf(RULES),
    severity: severity(),
    at: moment('When it was found.'),
    why: text('One sentence, with the values and limits that were compared. Without URLs and secrets.'),
  }),
);

/** What one answer of Atlas says about one job. Absent means that Atlas did not say. */
const answered = z.object({
  projectId: objectId(),
  projectName: optional(text()),
  clusterName: text(),
  clusterId: optional(text()),
  jobId: objectId('The first 8 digits are the second of the request.'),
  kind: oneOf(KINDS, 'The Atlas API that the job is from.'),
  status: status(),
  sourceStatus: text("What `status` was derived from, in Atlas's words."),
  delivery: oneOf(DELIVERIES, "unknown: Atlas's word for it, in `atlas`, is not one that this version knows."),
  requestedAt: moment('The time in the job id: Atlas sends no time of creation for dedicated clusters.'),
  finishedAt: optional(moment()),
  durationSeconds: optional(count('From request to finish.')),
  expiresAt: optional(moment("When a download's URL stops working.")),
  snapshotId: optional(objectId()),
  snapshotAt: optional(moment('When the snapshot was taken.')),
  pointInTime: optional(moment('The moment that a point-in-time restore goes back to.')),
  targetProjectId: optional(objectId()),
  targetClusterName: optional(text()),
  errorMessage: optional(text('Why it failed, where Atlas says so; URLs are removed.')),
  deliveryUrlCount: count('Delivery URLs are secrets: they are counted, and not kept.'),
  problems: optional(
    list(fieldProblem),
    "What Atlas sent and this version can't understand: nothing may be concluded from these fields. Absent: nothing.",
  ),
});

const atlas = anyObject('What Atlas sent, without links and secrets.');

export const restoreJob = z.extend(answered, { atlas });

/** Of what a hub holds. */
export const origin = {
  accountId: optional(text('In a hub: the AWS account of the ledger that it is from, as EventBridge says.')),
  organizationId: optional(text('In a hub: the AWS organization that this account is in.')),
};

/** As lists and events show it. */
export const job = named(
  'Job',
  z.extend(answered, {
    revision: revision(),
    firstSeenAt: moment(),
    changedAt: moment(),
    observedAt: moment('When the answer last recorded was requested.'),
    vanishedAt: optional(moment('Since when Atlas no longer lists it.')),
    requester: optional(
      requester,
      'Who requested it, and how sure that is; or why nobody is named. Absent: nobody has looked yet.',
    ),
    findings: optional(list(finding), 'What is noteworthy about it, each rule once. Absent: nothing.'),
    announcement: optional(announcement, 'That somebody announced it. Absent: nobody did, as far as is known.'),
    ...origin,
    validation: optional(validation),
    annotation: optional(annotation),
    annotationCount: optional(
      described(
        z.int().check(z.minimum(1)),
        'Entries of its history that somebody made by annotating it. Absent: none.',
      ),
    ),
  }),
);

export const change = named(
  'Change',
  z.object({
    revision: revision(
      '1 for the first sight, then one more each. A gap: entries left out of a history too long to keep.',
    ),
    at: moment('When the answer that showed it was requested.'),
    runId: text(),
    status: status(),
    fields: map(
      z.object({ from: optional(z.unknown()), to: optional(z.unknown()) }),
      'Fields that changed; `findings` as lists of rules, with `:severity` where only that changed; `validation` and `annotation` whole, with who changed them. Empty for the first sight, but for findings.',
    ),
    atlas: optional(list(text()), "Names of the fields that changed in Atlas's answer."),
    firstReading: optional(z.literal(true), 'Found when its list was read for the first time, which its run sums up.'),
    repaired: optional(z.literal(true), "Something else had changed the job, and Atlas's word was put back."),
    erased: optional(
      z.object({
        pseudonym: text('What stands for the person from now on.'),
        by: text('Who decided it.'),
        reason: text(),
        replaced: text('SHA-256 of the last entry of the history that this one replaces, base64url.'),
      }),
      "A person's name was taken out of the entries before, which were tied together anew: what they said can't be recomputed.",
    ),
    previous: text("SHA-256 of the entry before, base64url; of the first, of the job's own ids."),
    state: text('Stands for all that the ledger held of the job after this entry.'),
  }),
);

export const jobWithHistory = named(
  'JobWithHistory',
  z.extend(job, {
    atlas,
    atlasOmitted: optional(map(text()), 'Fields of `atlas` too large to keep, with their digests.'),
    changes: described(z.array(change).check(z.minLength(1)), 'Its history, oldest first.'),
  }),
);

/** As an API with objectives shows it. */
export const measuredJob = named('MeasuredJob', z.extend(job, measures.shape));
export const measuredJobWithHistory = named('MeasuredJobWithHistory', z.extend(jobWithHistory, measures.shape));

export const tagsNotKnown = named(
  'TagsNotKnown',
  z.object({
    clusters: count('Those whose tags are not known.'),
    text: text('One sentence, which names some of them.'),
  }),
  'With the filter `tag`: clusters that may have the tag, and whose restores are left out all the same. Absent: there are none.',
);

export const jobList = named(
  'JobList',
  z.extend(page('jobs', measuredJob), {
    tagsNotKnown: optional(tagsNotKnown),
    previous: optional(text('`before` of the page before; absent on the first one.')),
  }),
);
