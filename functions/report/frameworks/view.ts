// functions/report/frameworks/view.ts: a report by the controls of frameworks.
import type { Fact, FactName, FrameworkId, FrameworkView } from '../model/framework.ts';
import { FRAMEWORKS } from './catalog.ts';

export const frameworkViews = (ids: readonly FrameworkId[], shown: Readonly<Record<FactName, Fact>>): FrameworkView[] =>
  ids.map((id) => {
    const { controls, ...about } = FRAMEWORKS[id];
    return {
      id,
      ...about,
      controls: controls.map(({ facts, ...control }) => ({ ...control, facts: facts.map((name) => shown[name]) })),
    };
  });
