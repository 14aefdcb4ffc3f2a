// bench/dynamo/front.ts: a latency, a count and a record of requests before dynalite.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RecordedCall } from './access.ts';

export class Front {
  /** Waited before each answer, in ms. */
  latencyMs = 0;
  requests = 0;
  answer: RequestListener = (_, response) => response.destroy();
  #recorded: RecordedCall[] | undefined;
  #open = 0;
  #wave = 0;

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
    // The body waits until somebody listens, so that both listeners get it.
    this.answer(request, response);
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
