// functions/api/lambda/plan-function.ts: runs started by the plan function.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { type RunRequest, type RunStarter, TooManyRuns } from '../http/ports.ts';

export class PlanFunction implements RunStarter {
  readonly #name: string;
  #client: LambdaClient | undefined;

  /** @param name or ARN of the function @param client for it. @default one for this environment */
  constructor(name: string, client?: LambdaClient) {
    this.#name = name;
    this.#client = client;
  }

  /** Lambda takes the event and runs it on its own. @throws TooManyRuns, or the SDK's error */
  async start({ runId, scope, full }: RunRequest): Promise<void> {
    // Loaded when first used: whoever only reads shouldn't wait for it.
    const { InvokeCommand, LambdaClient, TooManyRequestsException } = await import('./lambda-client.ts');
    this.#client ??= new LambdaClient({ maxAttempts: 3 });
    const Payload = JSON.stringify({ trigger: 'request', runId, ...scope, full });
    try {
      await this.#client.send(new InvokeCommand({ FunctionName: this.#name, InvocationType: 'Event', Payload }));
    } catch (error) {
      if (error instanceof TooManyRequestsException) throw new TooManyRuns('Lambda is throttling', 10, error);
      throw error;
    }
  }
}
