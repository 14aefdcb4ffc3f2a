// functions/views/html/pictures/flow.ts: from which project to which restores took data: bands as thick as there are restores, and a table.
import { html } from 'hono/html';
import type { Flow, FlowEnd } from '../../pictures/flows.ts';
import { counted, number } from '../../text.ts';
import { cut, type Html, name, visible } from '../text.ts';
import { fixed, linked } from './plot.ts';
import { ranks } from './ranks.ts';

/** Bands that are drawn; the table has more. */
const MAX_BANDS = 12;
const MAX_ROWS = 20;
const WIDTH = 400;
/** Of a name beside its end, in px and characters. */
const LABEL = { width: 168, characters: 22 };
const GAP = 10;
const LEAST = 16;
/** Of all bands together, in px. */
const FULL = 220;

export interface FlowPicture {
  flows: readonly Flow[];
  /** To the restores of a flow; nothing where no filter names them. */
  href?: (flow: Flow) => string | undefined;
}

export function flowPicture({ flows, href }: FlowPicture): Html {
  const shown = flows.slice(0, MAX_BANDS);
  const wayOf = (flow: Flow) =>
    html`${name(flow.from.projectName)} <span aria-hidden="true">→</span><span class="hidden"> to </span> ${endName(flow)}`;
  return html`${shown.length < 2 ? '' : bands(shown, href)}
${ranks({
  caption: 'Restores by the project they are from, and where their data went',
  headings: ['From and to'],
  max: MAX_ROWS,
  rows: flows.map((flow) => {
    const to = href?.(flow);
    return {
      label: to === undefined ? wayOf(flow) : html`<a href="${to}">${wayOf(flow)}</a>`,
      restores: flow.restores,
      look: lookOf(flow),
    };
  }),
})}`;
}

const lookOf = ({ leaves, to }: Flow) => (to.place === 'unknown' ? 'fill-off' : leaves ? 'fill-c2' : 'fill-c1');

function endName({ from, to }: Flow): Html | string {
  if (to.place === 'project' && to.projectId === from.projectId) return 'the same project';
  return to.place === 'project' ? name(to.projectName ?? '') : PLACE[to.place];
}
const PLACE = { download: 'a download', unknown: 'not known' };

interface Node {
  label: string;
  restores: number;
  y: number;
  height: number;
  /** Where the next band begins. */
  next: number;
}

function bands(flows: readonly Flow[], href: FlowPicture['href']): Html {
  const all = flows.reduce((sum, { restores }) => sum + restores, 0);
  const thick = (restores: number) => Math.max(2, (FULL * restores) / all);
  const left = nodes(flows, ({ from }) => [from.projectId, from.projectName]);
  const right = nodes(acrossFrom(flows, left), ({ to }) => [
    keyOf(to),
    to.place === 'project' ? (to.projectName ?? '') : capital(PLACE[to.place]),
  ]);
  const height = Math.max(...[...left.values(), ...right.values()].map(({ y, height: own }) => y + own));
  const nodeOf = { left: ({ from }: Flow) => left.get(from.projectId), right: ({ to }: Flow) => right.get(keyOf(to)) };
  const [begins, ends] = [placed('left', 'right'), placed('right', 'left')];
  const drawn = flows.map((flow) => {
    const [h, y1 = 0, y2 = 0] = [thick(flow.restores), begins.get(flow), ends.get(flow)];
    const middle = WIDTH / 2;
    const title = `${visible(flow.from.projectName)} to ${flow.to.place === 'project' ? visible(flow.to.projectName ?? '') : PLACE[flow.to.place]}: ${counted(flow.restores, 'restore')}`;
    return linked(
      href?.(flow),
      html`<title>${title}</title><path class="band ${lookOf(flow).replace('fill', 'line')}" stroke-width="${fixed(h)}" d="M0 ${fixed(y1)}C${middle} ${fixed(y1)} ${middle} ${fixed(y2)} ${WIDTH} ${fixed(y2)}"/>`,
    );
  });
  return html`<figure class="flow" aria-hidden="true">${labels(left, height, 'end')}<svg viewBox="0 0 ${WIDTH} ${fixed(height)}" height="${fixed(height)}" preserveAspectRatio="none">${drawn}</svg>${labels(right, height, 'start')}</figure>`;

  /** The middle of each band at one side, in the order of the other side, so that none crosses its neighbour there. */
  function placed(side: 'left' | 'right', other: 'left' | 'right'): Map<Flow, number> {
    const middles = new Map<Flow, number>();
    for (const flow of flows.toSorted((a, b) => (nodeOf[other](a)?.y ?? 0) - (nodeOf[other](b)?.y ?? 0))) {
      const node = nodeOf[side](flow);
      if (!node) continue;
      const h = thick(flow.restores);
      middles.set(flow, node.next + h / 2);
      node.next += h;
    }
    return middles;
  }

  function nodes(of: readonly Flow[], keyed: (flow: Flow) => readonly [string, string]): Map<string, Node> {
    const found = new Map<string, Node>();
    for (const flow of of) {
      const [key, label] = keyed(flow);
      const node = found.get(key) ?? { label, restores: 0, y: 0, height: 0, next: 0 };
      node.restores += flow.restores;
      node.height += thick(flow.restores);
      found.set(key, node);
    }
    let y = 0;
    for (const node of found.values()) {
      const room = Math.max(LEAST, node.height);
      node.y = y;
      node.next = y + (room - node.height) / 2;
      node.height = room;
      y += room + GAP;
    }
    return found;
  }
}

/** In the order of where the restores into each place come from, on the mean: few bands cross then. */
function acrossFrom(flows: readonly Flow[], left: ReadonlyMap<string, Node>): Flow[] {
  const from = new Map<string, { sum: number; restores: number }>();
  for (const flow of flows) {
    const { y = 0, height = 0 } = left.get(flow.from.projectId) ?? {};
    const { sum, restores } = from.get(keyOf(flow.to)) ?? { sum: 0, restores: 0 };
    from.set(keyOf(flow.to), { sum: sum + flow.restores * (y + height / 2), restores: restores + flow.restores });
  }
  const meanOf = ({ to }: Flow) => {
    const { sum = 0, restores = 1 } = from.get(keyOf(to)) ?? {};
    return sum / restores;
  };
  return flows.toSorted((a, b) => meanOf(a) - meanOf(b));
}

const keyOf = ({ place, projectId = '' }: FlowEnd) => `${place} ${projectId}`;
const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

function labels(nodes: ReadonlyMap<string, Node>, height: number, anchor: 'start' | 'end'): Html {
  const x = anchor === 'end' ? LABEL.width - 8 : 8;
  const bar = anchor === 'end' ? LABEL.width - 3 : 0;
  return html`<svg class="names" width="${LABEL.width}" height="${fixed(height)}">${[...nodes.values()].map(
    ({ label, y, height: own, restores }) =>
      html`<rect class="fill-text" x="${bar}" y="${fixed(y)}" width="3" height="${fixed(own)}"/><text x="${x}" y="${fixed(y + own / 2 + 4)}" text-anchor="${anchor}">${cut(visible(label), LABEL.characters)} <tspan class="soft">${number(restores)}</tspan></text>`,
  )}</svg>`;
}
