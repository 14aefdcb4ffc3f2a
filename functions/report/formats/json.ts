// functions/report/formats/json.ts: the report for machines: one JSON document.
import { sanitizeJson } from '../../platform/json.ts';
import type { ClusterEvidence, EvidenceHead, ProjectHead, Report } from '../model/report.ts';
import { Spool } from '../spool/spool.ts';

export class JsonReport implements Report {
  readonly #projects = new Spool();
  #count = { projects: 0, clusters: 0 };

  async project(project: ProjectHead) {
    const { projects } = this.#count;
    const head = indented({ ...project, clusters: [] }, 4).slice(0, -']\n    }'.length);
    await this.#projects.write(`${this.#endOfProject()}${projects === 0 ? '' : ','}\n    ${head}`);
    this.#count = { projects: projects + 1, clusters: 0 };
  }

  async cluster(cluster: ClusterEvidence) {
    await this.#projects.write(`${this.#count.clusters === 0 ? '' : ','}\n        ${indented(cluster, 8)}`);
    this.#count.clusters += 1;
  }

  async *parts(head: EvidenceHead): AsyncGenerator<string> {
    yield `${sanitizeJson(head).slice(0, -'\n}'.length)},\n  "projects": [`;
    yield* this.#projects.read();
    yield `${this.#endOfProject()}${this.#count.projects === 0 ? '' : '\n  '}]\n}\n`;
  }

  #endOfProject(): string {
    const { projects, clusters } = this.#count;
    return projects === 0 ? '' : `${clusters === 0 ? '' : '\n      '}]\n    }`;
  }

  [Symbol.asyncDispose]() {
    return this.#projects[Symbol.asyncDispose]();
  }
}

const indented = (value: object, spaces: number) => sanitizeJson(value).replaceAll('\n', `\n${' '.repeat(spaces)}`);
