// functions/report/pdf/svg.ts: the drawings of the report's HTML: paths, rectangles, circles, lines and labels.
import svgpath from 'svgpath';
import type { Canvas, Segment, Stroke } from '../../pdf/document/canvas.ts';
import { shapeLook } from './look.ts';
import { type Element, isElement } from './markup.ts';

/** Where a drawing goes, in points. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Instead of what the classes of its shapes say. `cut` is what is cut out of a shape. */
export interface OneColor {
  color: string;
  ground: string;
}

/** @param svg with a view box; it fills the box, whatever that is to its proportions. Labels in it are not drawn. */
export function drawSvg(canvas: Canvas, svg: Element, box: Box, one?: OneColor): void {
  const [left = 0, top = 0, width = 1, height = 1] = (svg.attributes.viewbox ?? '').split(' ').map(Number);
  const [scaleX, scaleY] = [box.width / width, box.height / height];
  const matrix = [scaleX, 0, 0, scaleY, box.x - left * scaleX, box.y - top * scaleY];
  const draw = (element: Element): void => {
    const path = pathOf(element);
    if (path !== '') {
      const { fill, stroke } = one ? oneColor(element, one, scaleX) : shapeLook(element);
      const width = Number(element.attributes['stroke-width']);
      const wide = stroke && width > 0 && !one ? { ...stroke, width: width * scaleY } : stroke;
      canvas.path(segmentsOf(path, matrix), { fill, stroke: wide });
    }
    for (const child of element.children) if (isElement(child)) draw(child);
  };
  draw(svg);
}

function oneColor({ classes }: Element, { color, ground }: OneColor, scale: number) {
  const stroke: Stroke = { color: ground, width: 2 * scale, isRound: true };
  return classes.has('cut') ? { fill: undefined, stroke } : { fill: color, stroke: undefined };
}

/** As the data of a path; nothing for what is no shape. */
function pathOf({ name, attributes }: Element): string {
  const n = (key: string) => Number(attributes[key] ?? 0);
  if (name === 'path') return attributes.d ?? '';
  if (name === 'rect') return `M${n('x')} ${n('y')}h${n('width')}v${n('height')}h${-n('width')}z`;
  if (name === 'line') return `M${n('x1')} ${n('y1')}L${n('x2')} ${n('y2')}`;
  if (name !== 'circle') return '';
  const r = n('r');
  return `M${n('cx') - r} ${n('cy')}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
}

/** @throws Error for data that are no path: drawings are ours */
function segmentsOf(data: string, matrix: number[]): Segment[] {
  const segments: Segment[] = [];
  svgpath(data)
    .matrix(matrix)
    .abs()
    .unshort()
    .unarc()
    .iterate((segment, _, x, y) => {
      const [operator, ...n] = segment as [string, ...number[]];
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = n;
      if (operator === 'M' || operator === 'L') segments.push([operator, a, b]);
      else if (operator === 'H') segments.push(['L', a, y]);
      else if (operator === 'V') segments.push(['L', x, a]);
      else if (operator === 'C') segments.push(['C', a, b, c, d, e, f]);
      else if (operator.toUpperCase() === 'Z') segments.push(['Z']);
      else throw new Error(`a path has ${operator}, which is not drawn`);
    });
  return segments;
}
