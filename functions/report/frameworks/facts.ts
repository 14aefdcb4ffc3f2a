// functions/report/frameworks/facts.ts: what a report shows of the facts that controls ask for. Pure.
import { isElsewhere, isVerified, isWholeRestore } from '../../restore/drills/judged.ts';
import { SIDES, type Side } from '../../restore/objectives/objective.ts';
import { isFound } from '../../restore/requesters/requester.ts';
import { isUnderstood } from '../../restore/understood.ts';
import { DRILL_STATES } from '../../schema/words.ts';
import { UNKNOWN_DRILLS } from '../../views/coverage-totals.ts';
import { DRILL_LABEL } from '../../views/state-labels.ts';
import { counted, number } from '../../views/text.ts';
import type { Fact, FactName } from '../model/framework.ts';
import { gapReasons } from '../model/outcome.ts';
import type { ClusterEvidence, EvidenceHead, ProjectHead, RestoreEvidence } from '../model/report.ts';

/** Named with certainty. */
const CERTAIN: readonly string[] = ['exact', 'strong'];

/** Events were read, and name nobody. */
const LOOKED: readonly string[] = ['none', 'ambiguous'];

/** It is under way, or how it ended could not be understood. */
const mayRecover = (restore: RestoreEvidence) =>
  ['PENDING', 'RUNNING'].includes(restore.status) || !isUnderstood(restore, 'status', 'delivery', 'finishedAt');

/** Counts cluster by cluster. */
export class FactsTally {
  /** Those with backups, gone ones, too. */
  #clusters = 0;
  /** Of those that were there at the end of the period. */
  #drills = new Map<ClusterEvidence['drill']['state'], number>();
  /** Of those that are gone: what was asked of them is not known, or whether it was done. */
  #goneUnknown = 0;
  #missed = 0;
  /** Of part of the period it is not known whether they were restored in time. */
  #partUnknown = 0;
  readonly #restores = { all: 0, named: 0, uncertain: 0, pending: 0 };
  readonly #restored = { clusters: 0, checked: 0, separate: 0, failedChecks: 0 };
  readonly #incidents = { all: 0, recovered: 0, unknown: 0 };
  readonly #sides = {
    rto: { clusters: 0, met: 0, missed: 0, notKnown: 0 },
    rpo: { clusters: 0, met: 0, missed: 0, notKnown: 0 },
  };

  add({ projectId }: Pick<ProjectHead, 'projectId'>, cluster: ClusterEvidence) {
    const { goneAt, deleted, proof, drill, recovery, restores } = cluster;
    if (proof.state !== 'none') {
      this.#clusters += 1;
      // Of one that went after the period, there is a state at its end.
      const isGone = (goneAt !== undefined || deleted) && drill.state === 'none';
      if (!isGone) this.#drills.set(drill.state, (this.#drills.get(drill.state) ?? 0) + 1);
      else if (drill.days === undefined) this.#goneUnknown += 1;
      for (const side of SIDES)
        if (recovery.objective?.[`${side}Seconds`] !== undefined) this.#sides[side].clusters += 1;
    }
    if (drill.missed.length > 0) this.#missed += 1;
    else if (drill.notKnown) this.#partUnknown += 1;
    for (const side of SIDES)
      for (const state of ['met', 'missed', 'notKnown'] as const) this.#sides[side][state] += recovery[side][state];
    for (const restore of restores) this.#addRestore(restore);
    const completed = restores.filter(isWholeRestore);
    if (completed.length === 0) return;
    this.#restored.clusters += 1;
    if (completed.some(isVerified)) this.#restored.checked += 1;
    if (completed.some((restore) => isElsewhere({ ...restore, projectId }))) this.#restored.separate += 1;
  }

  #addRestore(restore: RestoreEvidence) {
    const { requester, validation, annotation } = restore;
    this.#restores.all += 1;
    if (isFound(requester)) this.#restores[CERTAIN.includes(requester.grade) ? 'named' : 'uncertain'] += 1;
    else if (!LOOKED.includes(requester?.reason ?? '')) this.#restores.pending += 1;
    if (validation?.status === 'FAILED' || validation?.status === 'TIMED_OUT') this.#restored.failedChecks += 1;
    if (annotation?.purpose !== 'incident') return;
    this.#incidents.all += 1;
    if (isVerified(restore)) this.#incidents.recovered += 1;
    else if (mayRecover(restore)) this.#incidents.unknown += 1;
  }

  facts(head: Pick<EvidenceHead, 'verdict' | 'gaps' | 'integrity'>): Record<FactName, Fact> {
    // What is not on record can be otherwise.
    const isComplete = head.verdict.state === 'complete';
    const fact = (name: FactName, { state, text, byAbsence }: Shown): Fact =>
      (state === 'met' || byAbsence) && !isComplete
        ? { fact: name, state: 'not known', text: `${text} But the record is not complete: others can’t be ruled out.` }
        : { fact: name, state, text };
    return {
      record: fact('record', this.#record(head)),
      requested: fact('requested', this.#requested()),
      unchanged: fact('unchanged', unchanged(head.integrity)),
      tested: fact('tested', this.#tested()),
      checked: fact('checked', this.#checked()),
      separate: fact('separate', this.#separate()),
      rto: fact('rto', this.#side('rto')),
      rpo: fact('rpo', this.#side('rpo')),
      incidents: fact('incidents', this.#recovered()),
    };
  }

  #record({ verdict: { state }, gaps }: Pick<EvidenceHead, 'verdict' | 'gaps'>): Shown {
    const restores = counted(this.#restores.all, 'restore');
    if (state === 'complete') return met(`${restores} on record, without a gap.`);
    if (state === 'incomplete')
      return missing(`${restores} on record, and ${counted(gaps.length, 'gap')}: ${gapReasons(gaps)}.`);
    return notKnown('The ledger knows of no cluster in the period.');
  }

  #requested(): Shown {
    const { all, named, uncertain, pending } = this.#restores;
    const unnamed = all - named - uncertain - pending;
    if (all === 0) return met('There was no restore.');
    const text = `${number(named)} of ${counted(all, 'restore')} have a requester with certainty`;
    if (unnamed > 0) return missing(`${text}, ${number(unnamed)} have none.`);
    const unsure = [
      uncertain > 0 && `of ${number(uncertain)} it is uncertain`,
      pending > 0 && `of ${number(pending)} it is not known yet`,
    ].filter((part) => part !== false);
    return unsure.length > 0 ? notKnown(`${text}, ${unsure.join(', ')}.`) : met(`${text}.`);
  }

  #tested(): Shown {
    const of = (state: ClusterEvidence['drill']['state']) => this.#drills.get(state) ?? 0;
    if (this.#clusters === 0) return notKnown('The ledger knows of no cluster with backups.');
    // Proven is what needs more than met: a verdict, and what else its line asks for.
    const isTested = (state: ClusterEvidence['drill']['state']) => state === 'met' || state === 'proven';
    const there = [...this.#drills.values()].reduce((sum, count) => sum + count, 0);
    const text = `${number(of('met') + of('proven'))} of ${counted(there, 'cluster')} restored as expected`;
    const others = DRILL_STATES.filter((state) => !isTested(state) && of(state) > 0);
    const words = others.map(
      (state) => `${number(of(state))} ${STATE_WORDS[state] ?? DRILL_LABEL[state].toLowerCase()}`,
    );
    if (this.#missed > 0)
      words.push(`${counted(this.#missed, 'cluster')} without a recent restore in part of the period`);
    if (this.#partUnknown > 0)
      words.push(`${counted(this.#partUnknown, 'cluster')} of which part of the period is not known`);
    if (this.#goneUnknown > 0) words.push(`${number(this.#goneUnknown)} gone since, of which it is not known`);
    if (words.length === 0) return met(`${text}.`);
    const said = `${text}; ${words.join(', ')}.`;
    if (this.#missed > 0 || others.some((state) => !UNKNOWN_DRILLS.includes(state) && state !== 'due'))
      return missing(said);
    return of('due') > 0 ? absent(said) : notKnown(said);
  }

  #checked(): Shown {
    const { clusters, checked, failedChecks } = this.#restored;
    if (clusters === 0) return absent('No restore was completed.');
    const text = `Of ${number(checked)} of ${counted(clusters, 'cluster')} that were restored, data was checked with success`;
    if (failedChecks > 0) return missing(`${text}; ${counted(failedChecks, 'check')} failed or timed out.`);
    return (checked < clusters ? absent : met)(`${text}.`);
  }

  #separate(): Shown {
    const { clusters, separate } = this.#restored;
    if (clusters === 0) return absent('No restore was completed.');
    const text = `${number(separate)} of ${counted(clusters, 'cluster')} that were restored went into another project.`;
    return (separate < clusters ? absent : met)(text);
  }

  #side(side: Side): Shown {
    const { clusters, ...counts } = this.#sides[side];
    if (this.#clusters === 0) return notKnown('The ledger knows of no cluster with backups.');
    const text = `${number(clusters)} of ${counted(this.#clusters, 'cluster')} have an objective; ${number(counts.met)} restores met it, ${number(counts.missed)} missed it, ${number(counts.notKnown)} not known.`;
    if (clusters < this.#clusters || counts.missed > 0) return missing(text);
    if (counts.met + counts.notKnown === 0) return absent(text);
    return counts.notKnown > 0 ? notKnown(text) : met(text);
  }

  #recovered(): Shown {
    const { all, recovered, unknown } = this.#incidents;
    if (all === 0) return notKnown('No restore is said to be for an incident.');
    const text = `${number(recovered)} of ${counted(all, 'restore')} for an incident completed, and checked with success.`;
    if (recovered + unknown < all) return missing(text);
    return unknown > 0 ? notKnown(text) : met(text);
  }
}

interface Shown extends Pick<Fact, 'state' | 'text'> {
  /** A restore that is not on record could be what is missing. */
  byAbsence?: true;
}
const met = (text: string): Shown => ({ state: 'met', text });
const missing = (text: string): Shown => ({ state: 'missing', text });
const absent = (text: string): Shown => ({ state: 'missing', text, byAbsence: true });
const notKnown = (text: string): Shown => ({ state: 'not known', text });

/** Of what is not `met`; other states go by their names. */
const STATE_WORDS: Readonly<Record<string, string>> = {
  due: 'not restored yet, with time left',
  'not-covered': 'not known, as restores may be missing from the record',
  'tags-not-known': 'not known, as it depends on tags that are not known',
  'backups-off': 'without backups',
  none: 'of which no restore is expected (rule drillDays)',
};

function unchanged(integrity: EvidenceHead['integrity']): Shown {
  if (!integrity) return notKnown('Histories were not recomputed: ask for the report with verify.');
  const { unbroken, verified, jobs, breakCount } = integrity;
  const text = `${counted(jobs, 'history')} recomputed`;
  if (unbroken && !verified) return notKnown(`${text}, none broken, and whether all are there can’t be told.`);
  return unbroken ? met(`${text}, none broken.`) : missing(`${text}: ${counted(breakCount, 'break')}.`);
}
