// bench/atlas/atlas.ts: the simulator in a process of its own, so that its work isn't charged to those it serves.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from '../../test/atlas/certificate.ts';
import { temporaryFolder } from '../harness/cleanup.ts';
import type { Fixture } from '../harness/trial.ts';
import { Worker } from '../harness/worker.ts';
import { type AtlasAccess, HOST } from './access.ts';
import type { AtlasHandlers, SimulatorAccess } from './process.ts';
import type { WorldSize } from './world.ts';

const FILE = fileURLToPath(new URL('./process.ts', import.meta.url));

export class BenchAtlas extends Worker<AtlasHandlers> {
  /** Variables of a client's environment that make Node trust the simulator. */
  readonly trust: Readonly<Record<string, string>>;
  #access: SimulatorAccess | undefined;

  private constructor(certificate: string) {
    super('the simulator', FILE);
    const file = join(temporaryFolder(), 'certificate.pem');
    writeFileSync(file, certificate);
    this.trust = { NODE_EXTRA_CA_CERTS: file };
  }

  static async start(size: WorldSize): Promise<BenchAtlas> {
    const certificate = makeCertificate(HOST);
    const atlas = new BenchAtlas(certificate.cert);
    atlas.#access = await atlas.call.start(size, certificate);
    return atlas;
  }

  get access(): AtlasAccess {
    return this.#started.access;
  }

  /** Over TLS; whoever uses it needs `trust`. */
  get secureAccess(): AtlasAccess {
    const { access, secureUrl } = this.#started;
    return { ...access, url: secureUrl };
  }

  get #started(): SimulatorAccess {
    if (!this.#access) throw new Error('the simulator was not started');
    return this.#access;
  }
}

/**
 * What surrounds these passes. `cold`: nothing is known. `warm`: nothing but connections, nonce and token. `unchanged`: all is
 * known, and nothing has happened. `full`: the same, every list to its end. `changed`: all is known but a restore in every tenth
 * cluster; a reading that never looked would miss it.
 */
export const atlasFixture = (
  atlas: BenchAtlas,
  table?: { call: { reset(): Promise<void>; counted(): Promise<{ tableRequests: number }> } },
): Fixture => ({
  async before(pass) {
    if (pass.startsWith('changed')) return atlas.call.addRestores();
    if (pass !== 'cold' && pass !== 'warm') return;
    await atlas.call.removeRestores();
    await table?.call.reset();
  },
  counted: async () => ({ ...(await atlas.call.counted()), ...(await table?.call.counted()) }),
  expected: () => atlas.call.expected(),
});
