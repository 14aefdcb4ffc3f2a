// functions/report/model/framework.ts: how a report reads by the controls of a framework. It never says that anything is complied with.

export const FRAMEWORK_IDS = ['soc2', 'iso27001', 'dora', 'nis2', 'pci', 'hipaa'] as const;
export type FrameworkId = (typeof FRAMEWORK_IDS)[number];

export const FACT_NAMES = [
  ...(['record', 'requested', 'unchanged', 'tested', 'checked'] as const),
  ...(['separate', 'rto', 'rpo', 'incidents'] as const),
] as const;
export type FactName = (typeof FACT_NAMES)[number];

export const FACT_STATES = ['met', 'missing', 'not known'] as const;
/** `met` only where the report is complete, and the numbers show it. */
export type FactState = (typeof FACT_STATES)[number];

export interface Fact {
  fact: FactName;
  state: FactState;
  /** With the numbers that show it, or what is missing. */
  text: string;
}

export interface ControlView {
  id: string;
  /** In our own words. */
  asks: string;
  facts: Fact[];
  /** What it asks, and no record of restores can show. */
  beyond: string;
}

export interface FrameworkView {
  id: FrameworkId;
  name: string;
  edition: string;
  source: string;
  controls: ControlView[];
}
