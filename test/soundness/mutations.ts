// test/soundness/mutations.ts: the safeguards of the proof, each taken out.

export interface Patch {
  /** From the root of the repository. */
  file: string;
  /** Stands in the file once. */
  from: string;
  to: string;
}

export interface Mutation {
  /** What goes wrong with it. */
  name: string;
  patches: Patch[];
  /** Where it takes more, or other, histories than usual to meet it. */
  histories?: number;
  from?: number;
}

const without = (name: string, file: string, from: string, to: string): Mutation => ({
  name,
  patches: [{ file, from, to }],
});

export const mutations: readonly Mutation[] = [
  without(
    'an incremental reading proves a period',
    'functions/proof/list.ts',
    'let until = believed(list.fullReadAt, now);',
    'let until = believed(list.readAt, now) ?? believed(list.fullReadAt, now);',
  ),
  without(
    'projects that were listed before the period ended are all there are',
    'functions/proof/scope.ts',
    'if (listedAt >= period.until && late.length === 0) return [];',
    'return [];',
  ),
  without(
    'nobody minds how long the clusters were not listed',
    'functions/proof/project.ts',
    'return merged.map(({ from, until }) => ({',
    'return merged.slice(merged.length).map(({ from, until }) => ({',
  ),
  without(
    'the ledger knows the time before it began',
    'functions/proof/project.ts',
    'if (first !== undefined && (first <= from || (isNew && made >= period.since))) return [];',
    'return [];',
  ),
  without(
    'a stored time ahead of now is believed',
    'functions/proof/period.ts',
    'at === undefined || isAhead(at, now) ? undefined : at;',
    'at;',
  ),
  without(
    'a project out of sight is none of the run',
    'functions/collector/plan/plan.ts',
    'const failures = [...failuresOf(listings), ...notSeen];',
    'const failures = [...failuresOf(listings), ...notSeen.slice(notSeen.length)];',
  ),
  without(
    'credentials that see no project are no failure',
    'functions/collector/plan/plan.ts',
    'if (isOverall || tasks.length === 0) failures.push(...emptyScopes(listings));',
    'if (listings.length === 0) failures.push(...emptyScopes(listings));',
  ),
  without(
    'jobs that were recorded may be missing from the table',
    'functions/proof/counts.ts',
    'table < recorded &&\n      `',
    'table < 0 &&\n      `',
  ),
  without(
    'what a list counts is not held against what it shows',
    'functions/atlas/resources/paging.ts',
    'totalCount: countOf(totalCount, results.length),',
    'totalCount: undefined,',
  ),
  without(
    'a cluster that was not found says that its endpoint is gone',
    'functions/atlas/http/response-error.ts',
    "['CLUSTER_NOT_FOUND', 'cluster'],",
    "['CLUSTER_NOT_FOUND', 'endpoint'],",
  ),
  without(
    'a job older than what was settled is thrown away',
    'functions/collector/list/record-page.ts',
    '} else changed.push({ job, print, before: before !== undefined });',
    '} else if (!isSettled) changed.push({ job, print, before: before !== undefined });',
  ),
  without(
    'a Date that is ahead of our clock is believed',
    'functions/collector/list/atlas-time.ts',
    'this.#aheadMs = Math.max(this.#aheadMs, this.#atlas.skewReading?.skewMs ?? 0);',
    'this.#aheadMs = this.#atlas.skewReading?.skewMs ?? 0;',
  ),
  {
    name: "our clock is taken for Atlas's",
    patches: [
      {
        file: 'functions/collector/list/atlas-time.ts',
        from: 'now = (): number => this.#now() - this.#ahead;',
        to: 'now = (): number => this.#now();',
      },
      {
        file: 'functions/collector/list/atlas-time.ts',
        from: 'new Date(Math.min(ourMs, this.#now()) - this.#ahead).toISOString();',
        to: 'new Date(ourMs).toISOString();',
      },
    ],
  },
];
