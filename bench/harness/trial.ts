// bench/harness/trial.ts: one contender's passes, once, in a fresh process.
import { type Answer, checkAnswer } from './answer.ts';
import { bundle } from './bundle.ts';
import type { ContenderHandlers, Numbers } from './contender.ts';
import { profileOptions } from './profile.ts';
import { Worker } from './worker.ts';

export interface Entrant {
  /** In tables. */
  name: string;
  /** The file that calls `contend`. */
  entry: URL;
  /** For `prepare`; travels as JSON. */
  config: unknown;
  /** In their order. */
  passes: readonly string[];
  /** Options of Node itself. @default none */
  nodeOptions?: readonly string[];
  /** Variables beside PATH. @default none */
  environment?: Readonly<Record<string, string>>;
}

/** What surrounds each pass. */
export interface Fixture {
  /** Brings the outside into the state that the pass is about. */
  before?(pass: string): Promise<void>;
  /** What the outside has counted so far; a pass is charged with the difference. */
  counted?(): Promise<Numbers>;
  expected(pass: string): Promise<Answer>;
}

/** @returns what was measured, by pass @throws WrongAnswerError, Error from the contender */
export async function runTrial(entrant: Entrant, fixture: Fixture): Promise<Map<string, Numbers>> {
  const { name, entry, config, passes, nodeOptions: own = [], environment } = entrant;
  // Nothing else of our environment: an option of Node or of an SDK would be measured with it.
  const env = { PATH: process.env.PATH, ...environment };
  const nodeOptions = [...own, ...profileOptions()];
  await using worker = new Worker<ContenderHandlers>(name, bundle(entry), { env, nodeOptions });
  await worker.call.prepare(config);
  const measured = new Map<string, Numbers>();
  for (const pass of passes) {
    await fixture.before?.(pass);
    await worker.call.ready();
    const before = await fixture.counted?.();
    const numbers = await worker.call.pass(pass);
    const after = (await fixture.counted?.()) ?? {};
    checkAnswer(`${name}, ${pass}`, await worker.call.answer(), await fixture.expected(pass));
    const counted = Object.entries(after).map(([counter, value]) => [counter, value - (before?.[counter] ?? 0)]);
    measured.set(pass, { ...numbers, ...Object.fromEntries(counted) });
  }
  await worker.call.close();
  return measured;
}
