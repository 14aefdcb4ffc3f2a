// functions/api/lambda/async-function.ts: another function of the stack, which takes an event and works on its own.
import type { LambdaClient } from '@aws-sdk/client-lambda';

/** Lambda takes no more events at the moment. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
}

export class AsyncFunction {
  readonly #name: string;
  #client: LambdaClient | undefined;

  /** @param name or ARN of the function @param client for it. @default one for this environment */
  constructor(name: string, client?: LambdaClient) {
    this.#name = name;
    this.#client = client;
  }

  /** Resolves once Lambda has taken the event. @throws Throttled, or the SDK's error */
  async send(event: object): Promise<void> {
    // Loaded when first used: whoever only reads shouldn't wait for it.
    const { InvokeCommand, LambdaClient, TooManyRequestsException } = await import('./lambda-client.ts');
    this.#client ??= new LambdaClient({ maxAttempts: 3 });
    const Payload = JSON.stringify(event);
    try {
      await this.#client.send(new InvokeCommand({ FunctionName: this.#name, InvocationType: 'Event', Payload }));
    } catch (error) {
      if (error instanceof TooManyRequestsException) throw new Throttled('Lambda is throttling', { cause: error });
      throw error;
    }
  }
}
