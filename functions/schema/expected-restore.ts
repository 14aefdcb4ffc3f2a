// functions/schema/expected-restore.ts: restores that somebody announced before they were requested.
import * as z from 'zod/mini';
import { annotator, bounded, purpose, ticket } from './annotation.ts';
import { LIMITS } from './annotation-limits.ts';
import { described, flag, list, moment, named, objectId, oneOf, optional, page, text } from './types.ts';
import { EXPECTED_STATES } from './words.ts';

const requester = () =>
  bounded(LIMITS.requester, 'Who is to request it: a user name, a public key or an id. Absent: anybody.');
const restores = () => described(z.int().check(z.minimum(1), z.maximum(LIMITS.restores)), 'How many restores.');
const expectedRestoreId = () => objectId('The first 8 digits are the second of `until`.');

export const announcement = named(
  'Announcement',
  z.object({
    expectedRestoreId: expectedRestoreId(),
    purpose: optional(purpose()),
    ticket: optional(ticket()),
    requester: optional(requester()),
    by: annotator,
    at: moment('When it was announced.'),
  }),
  'What was announced of a restore, and by whom.',
);

/** Which restores, and what for. */
const what = {
  projectId: objectId('Of the cluster whose backup is restored.'),
  clusterName: bounded(LIMITS.clusterName),
  targetProjectId: optional(objectId(), 'Absent: the same project.'),
  targetClusterName: optional(bounded(LIMITS.clusterName), 'Absent: a download.'),
  requester: optional(requester()),
  purpose: optional(purpose()),
  ticket: optional(ticket()),
};
const until = () => moment('Requested before. Not part of the period.');

export const expectedRestore = named(
  'ExpectedRestore',
  z.object({
    expectedRestoreId: expectedRestoreId(),
    ...what,
    projectName: optional(text()),
    from: moment('Requested at or after.'),
    until: until(),
    restores: restores(),
    by: annotator,
    at: moment('When it was announced.'),
    jobs: list(z.object({ jobId: objectId() }), 'The restores that came, oldest first.'),
    withdrawn: optional(
      z.object({ by: annotator, at: moment() }),
      'Since then it stands for no further restore. Those requested before stay announced.',
    ),
    missedAt: optional(moment('When it was first found that it had not come.')),
    state: oneOf(
      EXPECTED_STATES,
      'not known: its time is over, and the clusters were not read to the end since, so that it may have come.',
    ),
  }),
  'A restore that somebody announced.',
);

/** As the answer to its announcement. */
export const announcedRestore = named(
  'AnnouncedRestore',
  z.extend(expectedRestore, {
    warning: optional(
      text('The ledger doesn’t know such a cluster: whether there is one, and what similar ones are called.'),
    ),
  }),
  'A restore that was just announced.',
);

const projectOf = (description: string) => bounded(200, `A project, by its id or its name. ${description}`);

export const expectedRestoreRequest = named(
  'ExpectedRestoreRequest',
  z.object({
    ...what,
    project: optional(
      projectOf('Of the cluster whose backup is restored. Excludes `projectId`, and one of both is needed.'),
    ),
    projectId: optional(what.projectId),
    targetProject: optional(projectOf('Excludes `targetProjectId`.')),
    from: optional(moment('Not in the past.'), 'Absent: from now on.'),
    until: until(),
    restores: optional(restores(), 'Absent: 1.'),
    allowUnknown: optional(
      flag(
        'Announces it though the ledger has never seen such a cluster, as for one that is to be made. Absent: false.',
      ),
    ),
  }),
  'Texts are one line each, without addresses and credentials.',
);

export const expectedRestoreList = named('ExpectedRestoreList', page('expectedRestores', expectedRestore));
