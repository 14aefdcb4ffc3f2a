import { expect, test } from 'vitest';
import { flowPicture } from '../../../functions/views/html/pictures/flow.ts';
import type { Flow } from '../../../functions/views/pictures/flows.ts';

const flow = (from: string, to: string, restores: number): Flow => ({
  from: { projectId: from, projectName: from },
  to: { place: 'project', projectId: to, projectName: to },
  leaves: from !== to,
  restores,
});

/** Where each band begins and ends, from above, in px. */
const bandsOf = (flows: readonly Flow[]) =>
  [...String(flowPicture({ flows })).matchAll(/d="M0 ([\d.]+)C[^"]* ([\d.]+)"/g)].map(([, y1, y2]) => [
    Number(y1),
    Number(y2),
  ]);

test('bands do not cross where an order without a crossing exists, whatever comes first', () => {
  for (const flows of [
    // What stays in its project, of which the largest comes first, and one that leaves it.
    [flow('b', 'c', 1), flow('c', 'c', 9), flow('b', 'b', 5), flow('a', 'a', 2)],
    [flow('a', 'b', 1), flow('a', 'a', 40), flow('b', 'b', 50), flow('b', 'c', 3), flow('c', 'c', 60)],
  ]) {
    const bands = bandsOf(flows);
    expect(bands).toHaveLength(flows.length);
    const fromAbove = bands.toSorted(([a = 0], [b = 0]) => a - b);
    const ends = fromAbove.map(([, end]) => end ?? 0);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  }
});
