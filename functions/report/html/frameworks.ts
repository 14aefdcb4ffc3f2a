// functions/report/html/frameworks.ts: the report by the controls of frameworks: what is met, what is missing, and what can't be shown here.
import { html } from 'hono/html';
import { capitalized } from '../../platform/text.ts';
import { mark } from '../../views/html/badge.ts';
import { tableHead } from '../../views/html/table.ts';
import { type Html, visible } from '../../views/html/text.ts';
import { counted, number } from '../../views/text.ts';
import { type ControlView, FACT_STATES, type FactState, type FrameworkView } from '../model/framework.ts';
import type { EvidenceHead } from '../model/report.ts';

const MARKS: Readonly<Record<FactState, () => Html>> = {
  met: () => mark('Met', 'ok', 'check'),
  missing: () => mark('Missing', 'bad', 'alert'),
  'not known': () => mark('Not known', 'wait', 'ring'),
};

export function* frameworkSections({ frameworks = [] }: EvidenceHead): Generator<string> {
  for (const framework of frameworks) yield String(section(framework));
}

const section = ({
  id,
  name,
  edition,
  source,
  controls,
}: FrameworkView) => html`<section class="long" aria-labelledby="${id}"><h2 id="${id}">${name}: what is shown</h2>
<p>${edition}. ${summary(controls)} Facts that this ledger has, control by control: whether a control is complied with, it doesn’t say.</p>
<p class="soft small">Controls are in our own words; the text is at ${source}</p>
<table class="stack" role="table"><caption class="hidden">Controls of ${name}</caption>${tableHead(['Control', 'Shown'])}<tbody role="rowgroup">${controls.map(row)}</tbody></table></section>
`;

function summary(controls: readonly ControlView[]): string {
  const states = controls.flatMap(({ facts }) => facts.map(({ state }) => state));
  const count = (state: FactState) => states.filter((one) => one === state).length;
  return `Of ${counted(states.length, 'fact')} of ${counted(controls.length, 'control')}: ${FACT_STATES.map((state) => `${number(count(state))} ${state}`).join(', ')}.`;
}

const row = ({
  id,
  asks,
  facts,
  beyond,
}: ControlView) => html`<tr role="row"><th role="rowheader" scope="row" class="all">${id}<span class="sub">${asks}</span></th>
<td role="cell" class="all">${facts.map(({ fact, state, text }) => html`<p>${MARKS[state]()} ${capitalized(fact === 'rto' || fact === 'rpo' ? fact.toUpperCase() : fact)}<span class="sub">${visible(text)}</span></p>`)}
<p>${mark('Not shown', 'off', 'dash')}<span class="sub">${beyond}</span></p></td></tr>
`;
