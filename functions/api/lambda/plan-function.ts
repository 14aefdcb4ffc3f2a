// functions/api/lambda/plan-function.ts: runs started by the plan function.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { type RunRequest, type RunStarter, TooManyRuns } from '../http/ports.ts';
import { AsyncFunction, Throttled } from './async-function.ts';

export class PlanFunction implements RunStarter {
  readonly #function: AsyncFunction;

  /** @param name or ARN of the function @param client for it. @default one for this environment */
  constructor(name: string, client?: LambdaClient) {
    this.#function = new AsyncFunction(name, client);
  }

  /** Lambda takes the event and runs it on its own. @throws TooManyRuns, or the SDK's error */
  async start({ runId, scope, full }: RunRequest): Promise<void> {
    try {
      await this.#function.send({ trigger: 'request', runId, ...scope, full });
    } catch (error) {
      if (error instanceof Throttled) throw new TooManyRuns(error.message, 10, error.cause);
      throw error;
    }
  }
}
