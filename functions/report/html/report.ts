// functions/report/html/report.ts: the report for people: one HTML document.

import type { Html } from '../../views/html/text.ts';
import type { ClusterEvidence, EvidenceHead, ProjectHead, Report } from '../model/report.ts';
import { Spool } from '../spool/spool.ts';
import { clusterRow, clustersSection, drillsSection, isLate, lateRow } from './clusters.ts';
import { beforeRestores, beginning, ending } from './document.ts';
import { hasObjective, objectiveRow, objectivesSection } from './objectives.ts';
import { clusterRestores, projectHeading } from './restores.ts';
import { type InZone, inZone } from './zone.ts';

export class HtmlReport implements Report {
  readonly #late = new Spool();
  readonly #with = new Spool();
  readonly #without = new Spool();
  readonly #objectives = new Spool();
  readonly #restores = new Spool();
  readonly #inZone: InZone;
  #isAnyLate = false;
  #project: { head: ProjectHead; clusters: number; endsWith: string } | undefined;

  constructor(timeZone = 'UTC') {
    this.#inZone = inZone(timeZone);
  }

  async project(head: ProjectHead, restores: number) {
    await this.#endProject();
    this.#project = { head, clusters: 0, endsWith: restores === 0 ? '' : '</section>\n' };
    if (restores > 0) await this.#write(this.#restores, projectHeading(head, restores));
  }

  async cluster(cluster: ClusterEvidence) {
    if (!this.#project) throw new Error('a cluster came before its project');
    const placed = { project: this.#project.head, cluster, index: this.#project.clusters++ };
    if (isLate(cluster)) {
      this.#isAnyLate = true;
      await this.#write(this.#late, lateRow(placed));
    }
    if (hasObjective(cluster)) await this.#write(this.#objectives, objectiveRow(placed));
    const hasRestores = cluster.restores.length > 0;
    await this.#write(hasRestores ? this.#with : this.#without, clusterRow(placed));
    if (!hasRestores) return;
    for (const part of clusterRestores(placed)) await this.#write(this.#restores, part);
  }

  async *parts(head: EvidenceHead): AsyncGenerator<string> {
    await this.#endProject();
    for (const part of beginning(head)) yield this.#inZone(part);
    yield* drillsSection(head.numbers, this.#isAnyLate ? this.#late : undefined);
    yield* objectivesSection(head, this.#objectives);
    yield* clustersSection(head.numbers, { with: this.#with, without: this.#without });
    yield beforeRestores(head);
    yield* this.#restores.read();
    yield this.#inZone(ending(head));
  }

  #write(spool: Spool, markup: Html | string) {
    return spool.write(this.#inZone(String(markup)));
  }

  async #endProject() {
    if (this.#project) await this.#restores.write(this.#project.endsWith);
    this.#project = undefined;
  }

  async [Symbol.asyncDispose]() {
    for (const spool of [this.#late, this.#objectives, this.#with, this.#without, this.#restores])
      await spool[Symbol.asyncDispose]();
  }
}
