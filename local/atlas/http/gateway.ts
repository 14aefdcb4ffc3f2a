// local/atlas/http/gateway.ts: the checks of the versioned API, and its response.
import { type Answer, USUAL_HEADERS } from '../base/answer.ts';
import type { Allowance, Buckets } from '../base/buckets.ts';
import { Refusal, refusals } from '../base/errors.ts';
import { isObjectId } from '../base/object-id.ts';
import { boolean, page } from '../base/paging.ts';
import type { Scene } from '../base/scene.ts';
import { deprecationHeaders, mediaType, negotiate } from '../base/versions.ts';
import type { Fault } from '../faults/faults.ts';
import { refusalOf, spoiled } from '../faults/spoil.ts';
import { type Call, clusterRef, type ListRoute, type Match, type Serverless } from '../routes/route.ts';
import { findRoute } from '../routes/routes.ts';
import type { World } from '../world/world.ts';
import type { Asked } from './asked.ts';

export interface GatewayOptions {
  world: World;
  buckets: Buckets;
  serverless: Serverless;
  /** Scheme, host and port that links start with. */
  baseUrl: string;
  canary: string;
  /** False: `RateLimit-*` are left out. */
  rateLimitHeaders: boolean;
  /** Items on a page, at most. */
  mostItems: number;
}

export class Gateway {
  readonly #options: GatewayOptions;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** What a fault may want to know about a request. */
  facts(asked: Asked) {
    const match = findRoute(asked.method, asked.path);
    const { groupId: projectId, clusterName } = match?.params ?? {};
    const isList = match !== undefined && 'list' in match.route;
    const pageNum = isList ? Number(asked.query.get('pageNum') ?? 1) : undefined;
    return { path: asked.path, projectId, clusterName, kind: match?.route.kind, pageNum };
  }

  /** @param user whose credentials were accepted: user-scoped limits are counted in that name. */
  answer(asked: Asked, user: string, fault?: Fault): Answer {
    // Grows with every check that is passed, so that a refusal carries what was known by then.
    const headers: Record<string, string> = { ...USUAL_HEADERS };
    try {
      if (fault?.type === 'status') throw refusalOf(fault, asked.path, asked.address);
      return this.#served(asked, user, headers, fault);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refused(error, headers);
    }
  }

  #served(asked: Asked, user: string, headers: Record<string, string>, fault: Fault | undefined): Answer {
    const match = findRoute(asked.method, asked.path);
    if (!match) throw refusals.resourceNotFound(asked.path);
    const { route, params } = match;
    headers['X-Java-Method'] = route.java;

    const version = negotiate(asked.accept, route.versions);
    Object.assign(headers, deprecationHeaders(version));
    this.#checkProject(params);
    this.#takeToken(match, asked, user, headers);

    const { query } = asked;
    const now = asked.now - (fault?.type === 'lateEvents' && route.kind === 'events' ? fault.ms : 0);
    const envelope = boolean(query, 'envelope', false);
    const pretty = boolean(query, 'pretty', false);
    const { baseUrl, canary, world, buckets, serverless } = this.#options;
    const scene: Scene = { now, baseUrl, canary };
    const call: Call = { world, buckets, serverless, user, scene, params, query, version, body: json(asked.body) };
    const body = 'list' in route ? this.#page(call, route, asked, fault) : route.one(call);
    const wrapped = 'list' in route ? { ...body, status: 200 } : { content: body, status: 200 };
    return {
      status: 200,
      headers: { ...headers, 'Content-Type': mediaType(version) },
      body: JSON.stringify(envelope ? wrapped : body, null, pretty ? 2 : 0),
    };
  }

  #checkProject({ groupId }: Call['params']) {
    if (groupId === undefined) return;
    if (!isObjectId(groupId)) throw refusals.invalidGroupId(groupId);
    const { world } = this.#options;
    if (!world.project(groupId) || world.isHidden(groupId)) throw refusals.groupNotFound(groupId);
  }

  #takeToken({ route, params }: Match, asked: Asked, user: string, headers: Record<string, string>) {
    const { buckets, rateLimitHeaders } = this.#options;
    if (!route.bucket) return;
    const scope = params.groupId ?? params.orgId ?? user;
    const taken = buckets.take(route.bucket, scope, asked.path, asked.now);
    if (taken && rateLimitHeaders) Object.assign(headers, allowanceHeaders(taken));
    if (taken?.refusal) throw taken.refusal;
  }

  #page(call: Call, route: ListRoute, { path, query }: Asked, fault: Fault | undefined): object {
    let list = route.list(call); // refuses what cannot be listed before a fault can start anything
    const kind = route.kind === 'events' ? undefined : route.kind;
    if (fault?.type === 'shiftingPages' && kind && list.total > 0 && Number(query.get('pageNum')) > 1) {
      call.world.startRestore({ ...clusterRef(call), kind });
      list = route.list(call);
    }
    const overlap = fault?.type === 'duplicatePages' ? fault.items : 0;
    return spoiled(page(list, { path, query, scene: call.scene, overlap, mostItems: this.#options.mostItems }), fault);
  }
}

/** Names as recorded; HTTP/2 would send them in lower case. */
const allowanceHeaders = ({ limit, remaining }: Allowance) => ({
  'Ratelimit-Limit': String(limit),
  'Ratelimit-Remaining': String(remaining),
});

export const refused = (refusal: Refusal, headers: Record<string, string> = USUAL_HEADERS): Answer => ({
  status: refusal.status,
  headers: { ...headers, ...refusal.headers },
  body: JSON.stringify(refusal.body),
});

function json(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw refusals.validation('The body is not valid JSON.');
  }
}
