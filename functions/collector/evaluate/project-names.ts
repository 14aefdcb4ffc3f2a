// functions/collector/evaluate/project-names.ts: the names of the projects that restores go to.
import type { Atlas } from '../../atlas/model/atlas.ts';
import { AtlasError } from '../../atlas/model/errors.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { type Log, silentLog } from '../../platform/log.ts';
import type { RestoreJob } from '../../restore/job.ts';

interface NamePorts {
  atlas: Atlas;
  ledger: Ledger;
  /** @default none */
  log?: Log;
}

export class ProjectNames {
  readonly #ports: NamePorts;
  readonly #names: Map<string, string | undefined>;
  #listing: 'not yet' | 'done' | 'failed' = 'not yet';

  /** @param own a project whose name is known */
  constructor(ports: NamePorts, own: { projectId: string; projectName: string }) {
    this.#ports = ports;
    this.#names = new Map([[own.projectId, own.projectName]]);
  }

  /**
   * Undefined for a project that the credentials can't see, of those that `learn` was given. Where Atlas would not list
   * its projects, that is not known, and an id stands for the name.
   */
  nameOf = (projectId: string): string | undefined =>
    this.#names.get(projectId) ?? (this.#listing === 'failed' ? projectId : undefined);

  /**
   * Finds out the names of the projects that these jobs go to. Requests: 1 read for each that is new here; where the ledger
   * has not heard of one, Atlas's list of projects, once.
   * @throws LedgerError
   */
  async learn(jobs: readonly Pick<RestoreJob, 'targetProjectId'>[]): Promise<void> {
    for (const { targetProjectId: id } of jobs) {
      if (id === undefined || this.#names.has(id)) continue;
      const covered = await this.#ports.ledger.coverage(id);
      if (!covered) await this.#list();
      this.#names.set(id, covered?.projectName ?? this.#names.get(id));
    }
  }

  /** A list that fails costs the names only, never the record. */
  async #list() {
    if (this.#listing !== 'not yet') return;
    try {
      let isWhole = true;
      for await (const { projects, problems } of this.#ports.atlas.projects()) {
        for (const { id, name } of projects) this.#names.set(id, name);
        if (problems.length > 0) isWhole = false;
      }
      this.#listing = isWhole ? 'done' : 'failed';
    } catch (error) {
      if (!(error instanceof AtlasError)) throw error;
      this.#listing = 'failed';
      const { code, message: reason } = error;
      const { log = silentLog } = this.#ports;
      log.info('projects could not be listed, so a target project is known by its id', { code, reason });
    }
  }
}
