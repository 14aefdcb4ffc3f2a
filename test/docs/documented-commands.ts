// test/docs/documented-commands.ts: every command that a reader is given to paste, and the test that runs it.
import { codeBlocks, documentPaths, readDocument, withoutBlocks } from './markdown.ts';

export interface DocumentedCommand {
  path: string;
  /** The heading above it. */
  section: string;
  /** A whole block; a line after a prompt; between words. */
  form: 'block' | 'prompt' | 'inline';
  text: string;
}

/** `output`, `logs`, `query`, `ask` and `value` are functions that the documents define. */
const COMMAND =
  /(?:^|[\s(|;&])(?:aws [a-z]|npm run template|cat > [a-z]|curl -|curl "|(?:bin\/)?restore-ledger [a-z]|(?:output|logs|query|ask|value) \S)/m;
/** A name, a path or a word of a program is not one; a substitution is. */
const BETWEEN_WORDS = /(?:^|\$\()(?:aws [a-z]|curl [-"]|(?:bin\/)?restore-ledger [a-z]|(?:output|logs) [A-Z])/;
const SHELLS = /^(?:ba|z)?sh$|^console$|^shell$/;

export function commandsIn(path: string, markdown: string): DocumentedCommand[] {
  const inBlocks = codeBlocks(markdown).flatMap(({ language, text, section }): DocumentedCommand[] => {
    if (SHELLS.test(language)) return COMMAND.test(text) ? [{ path, section, form: 'block', text }] : [];
    return [...text.matchAll(/^\$ (.*)$/gm)].flatMap(([, line = '']) =>
      BETWEEN_WORDS.test(line) ? [{ path, section, form: 'prompt', text: line }] : [],
    );
  });
  const between = sectionsOf(markdown).flatMap(({ section, text }) =>
    [...text.matchAll(/(?<!`)`([^`]+)`(?!`)/g)]
      .map(([, code = '']) => code.replaceAll(/\s*\n\s*/g, ' '))
      .filter((code) => BETWEEN_WORDS.test(code))
      .map((code): DocumentedCommand => ({ path, section, form: 'inline', text: code })),
  );
  return [...inBlocks, ...between];
}

/** Paragraphs and rows, so that a stray backtick reaches no further. */
const sectionsOf = (markdown: string) => {
  let section = '';
  return withoutBlocks(markdown)
    .split(/\n(?=\n|\||- )/)
    .map((text) => {
      section = [...text.matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? section;
      return { section, text };
    });
};

/** Decisions are of their day. */
export const documentedCommands = (): DocumentedCommand[] =>
  documentPaths()
    .filter((path) => !path.startsWith('docs/decisions/'))
    .flatMap((path) => commandsIn(path, readDocument(path)));

/** Names a command and its options, and gives them no value: `restore-ledger jobs --api`. */
const MENTION = /^(?:bin\/)?restore-ledger [a-z]+(?: [a-z]+)?(?: --[a-z-]+)*$/;
const isMention = ({ form, text }: DocumentedCommand) => form === 'inline' && MENTION.test(text);
const inBlock = (path: string) => (command: DocumentedCommand) => command.path === path && command.form !== 'inline';

/** What each test runs. It takes its commands from here, so that none can be listed and not run. */
const RUNNERS = {
  'test/docs/readme.slow.test.ts': inBlock('README.md'),
  'test/docs/queries.test.ts': inBlock('docs/queries.md'),
  'test/api/http-api-doc.test.ts': inBlock('docs/http-api.md'),
  'test/cli/hub.test.ts': inBlock('docs/hub.md'),
  'test/duckdb/lake.duckdb.ts': inBlock('docs/lake.md'),
  'test/cli/signed.test.ts': (command: DocumentedCommand) =>
    !isMention(command) && command.path === 'docs/signatures.md',
  'test/docs/commands.test.ts': isMention,
  'test/deploy/stacksets.deploy.ts': (command: DocumentedCommand) =>
    !isMention(command) && command.path === 'docs/stacksets.md',
  'test/deploy/documents.deploy.ts': (command: DocumentedCommand) =>
    !isMention(command) &&
    (command.section === 'Deploy it' ||
      ['docs/deploy.md', 'docs/operations.md', 'docs/queries.md', 'docs/releasing.md'].includes(command.path)),
} satisfies Record<string, (command: DocumentedCommand) => boolean>;

export const runnersOf = (command: DocumentedCommand): string[] =>
  Object.entries(RUNNERS).flatMap(([file, runs]) => (runs(command) ? [file] : []));

export const RUNNER_FILES = Object.keys(RUNNERS) as (keyof typeof RUNNERS)[];

export const commandsRunBy = (file: keyof typeof RUNNERS): DocumentedCommand[] =>
  documentedCommands().filter((command) => RUNNERS[file](command));
