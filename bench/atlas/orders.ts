// bench/atlas/orders.ts is what the simulator's process is told, and what it answers.
import type { Answer } from '../harness/answer.ts';
import type { WorldSize } from './world.ts';

/** Where to send requests, and with which credentials. */
export interface AtlasAccess {
  url: string;
  apiKey: { publicKey: string; privateKey: string };
  serviceAccount: { clientId: string; clientSecret: string };
}

/** Since the start, as the simulator sees it. */
export interface Counted extends Record<string, number> {
  requests: number;
  /** Of these, answered with 401. */
  challenges: number;
  connections: number;
  /** On the wire, headers included: what clients sent. */
  bytesSent: number;
  /** What they were sent. */
  bytesReceived: number;
}

export interface Orders {
  /** First, once: makes the world. */
  start: { told: WorldSize; answer: AtlasAccess };
  /** Waited before each answer, in ms. */
  latency: { told: number; answer: null };
  addNews: { told: null; answer: null };
  removeNews: { told: null; answer: null };
  /** Which jobs there are now. */
  expected: { told: null; answer: Answer };
  counted: { told: null; answer: Counted };
}
export type OrderName = keyof Orders;

export type Handlers = {
  [N in OrderName]: (told: Orders[N]['told']) => Orders[N]['answer'] | Promise<Orders[N]['answer']>;
};

export interface Message<N extends OrderName = OrderName> {
  nth: number;
  name: N;
  told: Orders[N]['told'];
}

export type Reply = { nth: number; answer: unknown } | { nth: number; failed: string };
