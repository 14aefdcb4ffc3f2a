// bench/dynamo/front.ts stands before the engine: it makes callers wait, counts them, and writes down what they ask.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RecordedCall } from './orders.ts';

export class Front {
  /** Waited before each answer, in ms. */
  latencyMs = 0;
  requests = 0;
  #answer: RequestListener;
  #recorded: RecordedCall[] | undefined;
  #open = 0;
  #wave = 0;

  constructor(answer: RequestListener) {
    this.#answer = answer;
  }

  /** What answers from now on. */
  set engine(answer: RequestListener) {
    this.#answer = answer;
  }

  record() {
    this.#recorded = [];
    this.#wave = 0;
  }

  stopRecording(): RecordedCall[] {
    const recorded = this.#recorded ?? [];
    this.#recorded = undefined;
    return recorded;
  }

  async serve(request: IncomingMessage, response: ServerResponse) {
    this.requests += 1;
    if (this.#open === 0) this.#wave += 1;
    this.#open += 1;
    response.once('close', () => {
      this.#open -= 1;
    });
    const wave = this.#wave;
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    // Nobody listens yet, so the body waits; from here on both of us get it.
    this.#answer(request, response);
    if (this.#recorded) this.#note(request, response, wave, this.#recorded);
  }

  #note(request: IncomingMessage, response: ServerResponse, wave: number, recorded: RecordedCall[]) {
    const call: RecordedCall = {
      operation: String(request.headers['x-amz-target']).split('.')[1] ?? '',
      input: {},
      wave,
    };
    recorded.push(call);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.once('finish', () => {
      call.input = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    });
  }
}
