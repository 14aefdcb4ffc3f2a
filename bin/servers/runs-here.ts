// bin/servers/runs-here.ts: runs in this process, where there is no plan function: npm start, restore-ledger serve.
import { type RunRequest, type RunStarter, TooManyRuns } from '../../functions/api/http/ports.ts';
import { type LocalRunPorts, runLocally } from '../../functions/collector/run/local-run.ts';

/** A second one may wait for the first; more would only wait for Atlas. */
const MAX_RUNS = 2;

export class RunsHere implements RunStarter, AsyncDisposable {
  readonly #ports: LocalRunPorts;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(ports: LocalRunPorts) {
    this.#ports = ports;
  }

  /** @throws TooManyRuns */
  async start({ runId, scope, full }: RunRequest): Promise<void> {
    if (this.#underWay.has(runId)) return;
    if (this.#underWay.size >= MAX_RUNS) throw new TooManyRuns(`${MAX_RUNS} runs are under way`, 5);
    const run = this.#run({ runId, scope, full });
    this.#underWay.set(runId, run);
    void run.finally(() => this.#underWay.delete(runId));
  }

  /** Stops what is under way, between two lists. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the server is closing'));
    await Promise.all(this.#underWay.values());
  }

  [Symbol.asyncDispose] = () => this.close();

  async #run(request: RunRequest): Promise<void> {
    const { log } = this.#ports;
    try {
      await runLocally({ ...request, trigger: 'request' }, this.#ports, {}, this.#stop.signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error('run ended early', { runId: request.runId, reason });
    }
  }
}
