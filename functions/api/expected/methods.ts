// functions/api/expected/methods.ts: POST of an announced restore, and DELETE, which withdraws it. A file of its own, as whoever only
// reads needs nothing of it.
import type { Context } from 'hono';
import { AnnotationProblem } from '../../ledger/annotations/patch.ts';
import { AnnouncementConflict, announce, TooManyExpected, withdraw } from '../../ledger/announcing/announce.ts';
import { allowsUnknown, expectedRequest } from '../../ledger/announcing/request.ts';
import { fieldsOf } from '../../platform/json.ts';
import { clusterKnowledge } from '../../proof/known-cluster.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { annotatorOf } from '../annotations/annotating.ts';
import { idempotencyKey } from '../http/idempotency-key.ts';
import { jsonBody, ofBody } from '../http/json-body.ts';
import { acceptable } from '../http/negotiate.ts';
import { queryOf, readParameters } from '../http/parameters.ts';
import type { AnnotationPort, ApiEnv, ApiPorts } from '../http/ports.ts';
import { badParameter, notFound, RequestProblem } from '../http/problem.ts';
import { PROJECT } from '../query/job-filters.ts';
import { excluding, projectIdOf } from '../query/names.ts';
import { foundExpected, rowsOf } from './rows.ts';

export type AnnouncingPorts = Pick<ApiPorts, 'ledger' | 'now' | 'annotations'>;

/** As API Gateway names it: the scopes of its route permit announcing, those of POST elsewhere permit starting runs. */
export const ANNOUNCE_ROUTE = 'POST /expected-restores';

/** @throws RequestProblem 400, 403, 404, 409, 413, 415, 422, 501 */
export async function postExpected(context: Context<ApiEnv>, ports: AnnouncingPorts): Promise<Response> {
  acceptable(context);
  readParameters(queryOf(context), {});
  const { table, user } = available(ports);
  refuseOtherRoute(context);
  const by = annotatorOf(context, user, 'an announcement needs to know who makes it');
  const key = idempotencyKey(context.req.header('idempotency-key'));
  const { ledger, now } = ports;
  const body = await withIds(await jsonBody(context.req, ['application/json'], 'accept-post'), ledger);
  const projectName = await nameOf(body, ledger);
  try {
    const request = expectedRequest(body);
    const isUnknownAllowed = allowsUnknown(body);
    const at = new Date(now()).toISOString();
    const { projectId, clusterName } = request;
    const cluster = clusterKnowledge(await ledger.projectRecord(projectId), clusterName, at);
    const check = () => {
      if (cluster.state === 'never seen' && !isUnknownAllowed)
        throw new AnnotationProblem('clusterName', `${cluster.text}; with allowUnknown it is announced all the same`);
    };
    const { outcome, expected } = await announce(table, request, { by, at, projectName, key, check });
    const [shown] = await rowsOf([expected], ports);
    const row = cluster.state === 'known' ? shown : { ...shown, warning: cluster.text };
    const location = new URL(`/expected-restores/${expected.expectedRestoreId}`, context.req.url).href;
    return context.json(row, outcome === 'announced' ? 201 : 200, { location });
  } catch (error) {
    throw problemOf(error);
  }
}

/** @throws RequestProblem 403, 404, 501 */
export async function deleteExpected(context: Context<ApiEnv>, ports: AnnouncingPorts): Promise<Response> {
  acceptable(context);
  readParameters(queryOf(context), {});
  const { table, user } = available(ports);
  const by = annotatorOf(context, user, 'withdrawing an announcement needs to know who does');
  const stored = await foundExpected(context, ports.ledger);
  const withdrawn = await withdraw(table, stored, { by, at: new Date(ports.now()).toISOString() });
  const [row] = await rowsOf([withdrawn], ports);
  return context.json(row);
}

function available({ annotations }: AnnouncingPorts): AnnotationPort {
  if (annotations) return annotations;
  throw new RequestProblem('annotations-not-available', {
    detail:
      'restores can’t be announced to this API: it is a hub’s, so announce them to the spoke that collects them; or it needs to know its callers, by IAM or by jwtAnnotateScopes',
  });
}

/** A path can be spelled so that API Gateway takes it for another one. */
function refuseOtherRoute({ env }: Context<ApiEnv>) {
  const { authorizer, routeKey } = fieldsOf(env?.requestContext);
  if (fieldsOf(authorizer).jwt === undefined || routeKey === ANNOUNCE_ROUTE) return;
  throw new RequestProblem('caller-not-known', {
    detail: `expected a request of ${ANNOUNCE_ROUTE}, as that is spelled`,
  });
}

/** `project` and `targetProject`, an id or a name, as the ids that they stand for. @throws RequestProblem 409, 422 */
async function withIds(body: unknown, ledger: AnnouncingPorts['ledger']): Promise<unknown> {
  const { project, targetProject, ...rest } = fieldsOf(body);
  const ids = await Promise.all(
    Object.entries({ project, targetProject }).map(async ([field, given]) => {
      if (given === undefined) return [];
      const idField = `${field}Id`;
      return await ofBody(async () => {
        excluding(field, given, idField, rest[idField]);
        const name = PROJECT.read(typeof given === 'string' ? given : '');
        if (name === undefined) throw badParameter(field, `expected ${PROJECT.expected}`);
        return [[idField, await projectIdOf(ledger, field, name)]];
      });
    }),
  );
  const found = ids.flat();
  return found.length === 0 ? body : { ...rest, ...Object.fromEntries(found) };
}

/** A typing error in an id would announce nothing. Of a project that isn't there, nothing else is wrong. @throws RequestProblem 404 */
async function nameOf(body: unknown, ledger: AnnouncingPorts['ledger']): Promise<string | undefined> {
  const { projectId } = fieldsOf(body);
  if (!isObjectId(projectId)) return undefined;
  const name = (await ledger.projectNames([projectId])).get(projectId);
  if (name !== undefined) return name;
  throw notFound(`the ledger has no project ${projectId}; GET /coverage lists those that it has`);
}

function problemOf(error: unknown): unknown {
  if (error instanceof AnnotationProblem)
    return new RequestProblem('invalid-body', { field: error.field, detail: error.message });
  if (error instanceof TooManyExpected) return new RequestProblem('expected-restores-full', { detail: error.message });
  if (error instanceof AnnouncementConflict)
    return new RequestProblem('idempotency-conflict', { field: 'Idempotency-Key', detail: error.message });
  return error;
}
