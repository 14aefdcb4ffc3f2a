// test/docs/man-page.ts: the manual page, made from the commands themselves, in the macros that man(7) describes.
import type { Command, Option } from 'commander';

/** Of a line of text: no request at its beginning, no escape, and hyphens that can be pasted. */
const roff = (text: string) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');

export function manPage(program: Command, sections: Readonly<Record<string, string>>): string {
  const headings = [...new Set(program.commands.map((command) => command.helpGroup()))];
  const lines = [
    '.\\" Generated from bin/ by `npm run docs`. Edit that, not this file.',
    '.TH RESTORE\\-LEDGER 1',
    '.SH NAME',
    `restore\\-ledger \\- ${roff(firstLower(program.description()).replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    '.B restore\\-ledger',
    '.I command',
    '.RI [ flags ]',
    '.SH DESCRIPTION',
    ...helpText(program),
    '.PP',
    roff('Every command has -h (--help), and --verbose, which logs what is done and shows the causes of errors.'),
    ...headings.flatMap((heading) => [
      `.SH ${roff(heading.replace(/:$/, '').toUpperCase())}`,
      ...program.commands.filter((command) => command.helpGroup() === heading).flatMap((command) => ofCommand(command)),
    ]),
    ...Object.entries(sections).flatMap(([title, text]) => [`.SH ${title}`, ...filled(text)]),
  ];
  return `${lines.join('\n')}\n`;
}

function ofCommand(command: Command, group = ''): string[] {
  const name = `${group}${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((each) => ofCommand(each, `${name} `));
  const usage = command.registeredArguments.map((each) => (each.required ? `<${each.name()}>` : `[${each.name()}]`));
  return [
    `.SS ${roff([name, ...usage].join(' '))}`,
    roff(sentence(command.description())),
    ...command.options.filter(({ hidden }) => !hidden).flatMap(ofOption),
    ...helpText(command),
  ];
}

const ofOption = ({ flags, description }: Option) => ['.TP', `.B ${roff(flags)}`, roff(description)];

/** What --help adds after the flags. */
function helpText(command: Command): string[] {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  const bare = command.createHelp();
  const listed = bare.formatHelp(command, bare);
  command.outputHelp();
  return filled(text.slice(text.indexOf(listed) + listed.length));
}

/** man fills paragraphs, and what exit codes mean, to the width of the terminal; it leaves other indented lines as they are. */
const filled = (text: string) =>
  (text.match(/(?:^\S.*\n?)+|(?:^ .*\n?)+/gm) ?? []).flatMap((part) => {
    if (EXIT_CODE.test(part)) return exitCodes(part);
    return part.startsWith(' ') ? literal(part) : ['.PP', roff(part.trim())];
  });

const EXIT_CODE = /^ *(\d[\d, ]*)(?:: | {2})/;

/** As a list, each item of which may take several lines. */
const exitCodes = (list: string) =>
  list.split(/\n(?= *\d)/).flatMap((item) => {
    const [label, code = ''] = EXIT_CODE.exec(item) ?? [''];
    return ['.TP', `.B ${roff(code)}`, roff(item.slice(label.length).trim().replaceAll(/\n */g, ' '))];
  });

const literal = (text: string) => ['.PP', '.nf', roff(text.trimEnd()), '.fi'];

const firstLower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
