// test/mutations/mutants.ts: the small mistakes that can be made in a source file, found in its syntax tree.
import { parseAst } from 'vitest/node';

export interface Mutant {
  file: string;
  line: number;
  /** From where to where in the text of the file. */
  start: number;
  end: number;
  from: string;
  to: string;
}

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/** What each operator is mistaken for. */
const OPERATORS: Readonly<Record<string, string>> = {
  ...{ '===': '!==', '!==': '===', '<': '<=', '<=': '<', '>': '>=', '>=': '>' },
  ...{ '&&': '||', '||': '&&', '??': '&&', '+': '-', '-': '+', '*': '/', '/': '*', '+=': '-=', '-=': '+=' },
};
const METHODS: Readonly<Record<string, string>> = {
  ...{ some: 'every', every: 'some', min: 'max', max: 'min', find: 'findLast', findLast: 'find' },
  ...{ startsWith: 'endsWith', endsWith: 'startsWith', floor: 'ceil', ceil: 'floor' },
};
/** Types have no behaviour; these hold expressions. */
const WRAPPERS = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression']);

/** In the order of the text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const mutants: Mutant[] = [];
  const replace = ({ start, end }: { start: number; end: number }, to: string) => {
    const line = text.slice(0, start).split('\n').length;
    mutants.push({ file, line, start, end, from: text.slice(start, end), to });
  };
  const source = ({ start, end }: Node) => text.slice(start, end);

  const visit = (node: Node) => {
    if (node.type.startsWith('TS') && !WRAPPERS.has(node.type)) return;
    // Nothing depends on what is logged.
    if (/^\w*\.?#?\w*[lL]og\.\w+\(/.test(source(node))) return;
    if (node.type === 'ImportDeclaration') return;
    if (node.type === 'IfStatement' || node.type === 'ConditionalExpression') {
      const test = node.test as Node;
      // Of others an operator is changed.
      if (!('operator' in test)) replace(test, `!(${source(test)})`);
    }
    if ('operator' in node && 'left' in node) {
      const [left, right] = [node.left as Node, node.right as Node];
      const operator = String(node.operator);
      const to = OPERATORS[operator];
      const at = text.indexOf(operator, left.end);
      const isText = [left, right].some(({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string');
      if (to && !(isText && operator === '+')) replace({ start: at, end: at + operator.length }, to);
    }
    if (node.type === 'UnaryExpression' && node.operator === '!') replace(node, source(node.argument as Node));
    if (node.type === 'Literal' && typeof node.value === 'boolean') replace(node, String(!node.value));
    if (node.type === 'Literal' && typeof node.value === 'number')
      replace(node, String(node.value < 10 ? node.value + 1 : node.value * 2));
    if (node.type === 'ExpressionStatement' && !source(node).startsWith('super(') && node.directive == null)
      replace(node, ';');
    if (node.type === 'ThrowStatement') replace(node, ';');
    if (node.type === 'CallExpression') {
      const { property } = node.callee as { property?: Node };
      const to = property && METHODS[source(property)];
      if (property && to) replace(property, to);
    }
    for (const [name, value] of Object.entries(node)) {
      // The key of a property is no expression, even where it is a number.
      if (name === 'key' && !node.computed) continue;
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child);
    }
  };
  visit(parseAst(text, { lang: 'ts' }) as unknown as Node);
  return mutants.sort((a, b) => a.start - b.start);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';

export const applied = (text: string, { start, end, to }: Mutant): string =>
  text.slice(0, start) + to + text.slice(end);
