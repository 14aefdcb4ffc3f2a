// functions/pdf/document/outline.ts: the bookmarks of a PDF: a tree of titles, each the way to a place.
import type { ObjectWriter } from '../syntax/object-writer.ts';
import { real, reference, textString } from '../syntax/values.ts';

export interface Place {
  /** Its object. */
  page: number;
  /** In points from the bottom of the page. */
  y: number;
}

interface Bookmark {
  title: string;
  level: number;
  place: Place;
}

interface Node extends Bookmark {
  id: number;
  children: Node[];
}

export const destination = ({ page, y }: Place): string => `[${reference(page)}/XYZ 0 ${real(y)} null]`;

export class Outline {
  readonly #bookmarks: Bookmark[] = [];

  /** @param level from 1 */
  add(title: string, level: number, place: Place): void {
    this.#bookmarks.push({ title, level, place });
  }

  /** @returns the id of its root */
  write(objects: ObjectWriter): number {
    const root = objects.reserve();
    const top: Node[] = [];
    const path: Node[] = [];
    for (const bookmark of this.#bookmarks) {
      while ((path.at(-1)?.level ?? 0) >= bookmark.level) path.pop();
      const node: Node = { ...bookmark, id: objects.reserve(), children: [] };
      (path.at(-1)?.children ?? top).push(node);
      path.push(node);
    }
    writeAll(top, root, objects);
    return objects.write(`<</Type/Outlines${ends(top)}/Count ${top.length}>>`, root);
  }
}

/** What is below the first level is closed. */
function writeAll(nodes: readonly Node[], parent: number, objects: ObjectWriter): void {
  nodes.forEach(({ id, title, place, children }, n) => {
    const [previous, next] = [nodes[n - 1], nodes[n + 1]];
    const beside = `${previous ? `/Prev ${reference(previous.id)}` : ''}${next ? `/Next ${reference(next.id)}` : ''}`;
    const below = children.length > 0 ? `${ends(children)}/Count -${children.length}` : '';
    objects.write(
      `<</Title ${textString(title)}/Parent ${reference(parent)}${beside}${below}/Dest${destination(place)}>>`,
      id,
    );
    writeAll(children, id, objects);
  });
}

function ends(nodes: readonly Node[]): string {
  const [first, last] = [nodes[0], nodes.at(-1)];
  return first && last ? `/First ${reference(first.id)}/Last ${reference(last.id)}` : '';
}
