// local/atlas/http/exchange.ts: one request from the wire to its response, through the faults and into the log.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../functions/platform/clock.ts';
import { type Gate, type Scheme, schemeOf } from '../auth/gate.ts';
import { type Answer, send } from '../base/answer.ts';
import { refusals } from '../base/errors.ts';
import { broken, waited } from '../faults/break.ts';
import type { Fault, Faults } from '../faults/faults.ts';
import { type Asked, asked as readRequest } from './asked.ts';
import { type Gateway, refused } from './gateway.ts';
import { answerTokenRequest, isTokenRequest } from './token-endpoint.ts';

/** One request in the log. */
export interface SimulatedRequest {
  method: string;
  path: string;
  /** Without the question mark. */
  query: string;
  /** 0 while there is no answer, and where none was sent. */
  status: number;
  auth: Scheme;
  /** By the simulator's clock, in ms since the epoch. */
  at: number;
}

export interface ExchangeOptions {
  gateway: Gateway;
  gate: Gate;
  faults: Faults;
  clock: Clock;
  latencyMs: number;
  /** How far `Date` is ahead of the clock. */
  dateAheadMs: number;
  /** Where requests are logged. */
  requests: SimulatedRequest[];
}

const MAX_LOGGED = 100_000;
/** Entries dropped at once when the log is full: dropping them singly would move all others every time. */
const DROPPED = 10_000;

export class Exchange {
  readonly #options: ExchangeOptions;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Never rejects: whatever goes wrong in here is answered with 500, and logged on the console. */
  async serve(request: IncomingMessage, response: ServerResponse) {
    const { clock, latencyMs, dateAheadMs } = this.#options;
    try {
      const asked = await readRequest(request, clock.now());
      const entry = this.#log(asked);
      response.sendDate = false;
      response.setHeader('Date', new Date(asked.now + dateAheadMs).toUTCString());
      if (latencyMs > 0 && !(await waited(response, latencyMs))) return;
      await this.#answer(request, response, asked, entry);
    } catch (error) {
      if (response.destroyed || request.destroyed) return;
      console.error(error);
      if (!response.headersSent) await send(request, response, refused(refusals.unexpected()));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, asked: Asked, entry: SimulatedRequest) {
    const { gateway, gate, faults } = this.#options;
    const isToken = isTokenRequest(asked);
    const passage = isToken ? { user: '' } : gate.pass(asked.authorization, asked.method, asked.target, asked.now);
    const fault = 'user' in passage ? faults.take(gateway.facts(asked)) : undefined;

    if (fault?.type === 'slow' && !(await waited(response, fault.ms))) return;
    if (fault && (await broken(fault, request, response))) {
      entry.status = response.headersSent ? response.statusCode : 0;
      return;
    }
    const answer = this.#decide(asked, passage, isToken, fault);
    entry.status = answer.status;
    await send(request, response, answer, fault?.type === 'cutBody');
  }

  #decide(asked: Asked, passage: ReturnType<Gate['pass']>, isToken: boolean, fault: Fault | undefined): Answer {
    const { gateway, gate } = this.#options;
    if (isToken) return answerTokenRequest(asked, gate, fault);
    if ('challenge' in passage) return unauthorized(passage.challenge);
    if (fault?.type === 'status' && fault.status === 401 && !fault.errorCode) {
      return unauthorized(gate.challenge(asked.authorization, asked.now));
    }
    return gateway.answer(asked, passage.user, fault);
  }

  #log({ method, path, target, authorization, now }: Asked): SimulatedRequest {
    const { requests } = this.#options;
    if (requests.length >= MAX_LOGGED) requests.splice(0, DROPPED);
    const query = target.slice(path.length + 1);
    const entry: SimulatedRequest = { method, path, query, status: 0, auth: schemeOf(authorization), at: now };
    requests.push(entry);
    return entry;
  }
}

/** Indented and otherwise bare, byte for byte as recorded. */
const UNAUTHORIZED = `{
  "error" : 401,
  "reason" : "Unauthorized",
  "detail" : "You are not authorized for this resource.",
  "errorCode" : "UNEXPECTED_ERROR"
}`;

const unauthorized = (challenge: string): Answer => ({
  status: 401,
  headers: { 'Content-Type': 'application/json', 'Www-Authenticate': challenge },
  body: UNAUTHORIZED,
});
