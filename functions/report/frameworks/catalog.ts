// functions/report/frameworks/catalog.ts: which facts of the ledger bear on which controls of which framework. Data: docs/frameworks.md is
// made from it. Controls are told in our own words; the sources have theirs. As of November 2026.
import type { FactName, FrameworkId } from '../model/framework.ts';

export interface Control {
  /** As the framework numbers it. */
  id: string;
  /** What it asks, as far as restores bear on it. */
  asks: string;
  facts: readonly FactName[];
  /** What it asks, and no record of restores can show. */
  beyond: string;
}

export interface Framework {
  name: string;
  edition: string;
  /** Where its own text is. */
  source: string;
  controls: readonly Control[];
}

export const FRAMEWORKS: Readonly<Record<FrameworkId, Framework>> = {
  soc2: {
    name: 'SOC 2',
    edition: 'AICPA Trust Services Criteria of 2017, points of focus revised in 2022',
    source:
      'https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022',
    controls: [
      {
        id: 'A1.2',
        asks: 'Backup and recovery are designed, run and watched so that availability is kept up.',
        facts: ['tested', 'record'],
        beyond: 'Schedules and retention of backups, who approved them, and protection against the environment.',
      },
      {
        id: 'A1.3',
        asks: 'Recovery procedures are tested, and so is whether backups are whole.',
        facts: ['tested', 'checked', 'rto', 'rpo'],
        beyond: 'Scenarios, people and plans that were tested, and what was changed after a test.',
      },
      {
        id: 'CC7.5',
        asks: 'There are ways to recover from security incidents, and they are used.',
        facts: ['incidents', 'requested', 'record'],
        beyond: 'Causes of incidents, who was told, and what was changed so that they don’t happen again.',
      },
    ],
  },
  iso27001: {
    name: 'ISO/IEC 27001',
    edition: '2022, Annex A',
    source: 'https://www.iso.org/standard/27001',
    controls: [
      {
        id: 'A.5.30',
        asks: 'Systems can be brought back as business continuity needs it, and that is tested.',
        facts: ['tested', 'rto', 'rpo'],
        beyond: 'The analysis that objectives follow from, and continuity other than by a restore.',
      },
      {
        id: 'A.8.13',
        asks: 'Backups are kept, and tested regularly, as a policy for backups says.',
        facts: ['tested', 'checked', 'record'],
        beyond: 'The policy, where copies are kept, and how they are encrypted.',
      },
    ],
  },
  dora: {
    name: 'DORA',
    edition: 'Regulation (EU) 2022/2554',
    source: 'https://eur-lex.europa.eu/eli/reg/2022/2554/oj',
    controls: [
      {
        id: 'Article 11(6)',
        asks: 'Plans for response and recovery are tested at least once a year.',
        facts: ['tested', 'rto'],
        beyond: 'The plans, their other tests, and communication in a crisis.',
      },
      {
        id: 'Article 12(2)',
        asks: 'Backup, restoration and recovery procedures are tested at intervals.',
        facts: ['tested', 'checked'],
        beyond: 'How backup systems are set up and switched on.',
      },
      {
        id: 'Article 12(3)',
        asks: 'Data is restored to systems that are separated from their source, physically and logically.',
        facts: ['separate'],
        beyond:
          'Physical separation, and how the target is protected: the ledger knows the target’s Atlas project alone.',
      },
      {
        id: 'Article 12(6)',
        asks: 'There are objectives for the time and the point of recovery, and they can be kept.',
        facts: ['rto', 'rpo'],
        beyond: 'Which functions are critical, and whether the objectives suit them.',
      },
      {
        id: 'Article 12(7)',
        asks: 'After a recovery, data is checked, several times where needed, so that it is whole.',
        facts: ['checked', 'unchanged'],
        beyond: 'What the checks covered, and reconciliation with others.',
      },
    ],
  },
  nis2: {
    name: 'NIS2',
    edition: 'Directive (EU) 2022/2555',
    source: 'https://eur-lex.europa.eu/eli/dir/2022/2555/oj',
    controls: [
      {
        id: 'Article 21(2)(c)',
        asks: 'Business continuity: backups are managed, and disasters are recovered from.',
        facts: ['tested', 'checked', 'rto', 'record'],
        beyond: 'Crisis management, and what national law asks for.',
      },
    ],
  },
  pci: {
    name: 'PCI DSS',
    edition: '4.0.1',
    source: 'https://www.pcisecuritystandards.org/document_library/',
    controls: [
      {
        id: '10.2.2',
        asks: 'Audit logs say who did what to what, when, and with what outcome.',
        facts: ['requested', 'record'],
        beyond: 'Where a request came from, as Atlas records no address; and the logs of everything but restores.',
      },
      {
        id: '10.3',
        asks: 'Audit logs are protected against destruction and change.',
        facts: ['unchanged'],
        beyond: 'Who may read and write the logs, and where copies of them are.',
      },
      {
        id: '12.10',
        asks: 'A plan for incidents covers backups and recovery, is ready, and is tested at least once in 12 months.',
        facts: ['tested', 'incidents'],
        beyond: 'The plan, and the people who are ready for it.',
      },
    ],
  },
  hipaa: {
    name: 'HIPAA',
    edition: 'Security Rule, 45 CFR 164.308',
    source: 'https://www.ecfr.gov/current/title-45/section-164.308',
    controls: [
      {
        id: '164.308(a)(7)(ii)(A)',
        asks: 'There are exact copies of health information, and they can be retrieved.',
        facts: ['tested', 'checked'],
        beyond: 'The procedures for backups, and which clusters hold health information.',
      },
      {
        id: '164.308(a)(7)(ii)(B)',
        asks: 'Lost data can be restored.',
        facts: ['tested', 'rto'],
        beyond: 'The procedures for a disaster.',
      },
      {
        id: '164.308(a)(7)(ii)(D)',
        asks: 'Contingency plans are tested at intervals, and revised.',
        facts: ['tested', 'checked'],
        beyond: 'The plans, and their revisions.',
      },
    ],
  },
};

/** What each fact says where it is met. */
export const MET_WHERE: Readonly<Record<FactName, string>> = {
  record: 'Every restore of the period is on record.',
  requested: 'Who requested each restore is known, with certainty (grade exact or strong).',
  unchanged: 'Nothing on record was changed since: all histories were recomputed, and fit.',
  tested:
    'Every cluster with backups was restored as often as the rules expect it, all through the period, or until it was deleted.',
  checked: 'Of every cluster that was restored, restored data was checked with success, and no check failed.',
  separate: 'Every cluster that was restored was restored into another project at least once.',
  rto: 'Every cluster has an objective for the recovery time, and its restores met it.',
  rpo: 'Every cluster has an objective for the recovery point, and its restores met it.',
  incidents: 'Every restore whose purpose is an incident was completed, and its data checked with success.',
};
