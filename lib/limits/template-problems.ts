// lib/limits/template-problems.ts: what AWS would refuse of a synthesized template, each with where it is, what it got and the limit.
import { environmentProblem } from './environment.ts';
import { MAX_DESCRIPTION, MAX_EXPORT_NAME, MAX_ITEMS, MAX_LENGTHS, MAX_OUTPUTS, MAX_RESOURCES } from './lengths.ts';
import { type Json, Longest, type Resource, type Template } from './longest.ts';
import { tagsProblem } from './tags.ts';

const tooLong = (where: string, got: number, allowed: number, unit = 'characters') =>
  got > allowed ? [`${where}: got ${got} ${unit}, allowed: ${allowed}`] : [];

/** @param tags of the stack, which CloudFormation puts on everything */
export function templateProblems(
  template: Template,
  stackName: string,
  tags: Readonly<Record<string, string>> = {},
): string[] {
  const longest = new Longest(template, stackName);
  const resources = Object.entries(template.Resources ?? {});
  const ofTags = tagsProblem(tags);
  return [
    ...(ofTags ? [`the tags of the stack: ${ofTags}`] : []),
    ...tooLong('Resources', resources.length, MAX_RESOURCES, 'resources'),
    ...outputProblems(template, longest),
    ...resources.flatMap(([id, resource]) => resourceProblems(id, resource, longest)),
  ];
}

function outputProblems({ Outputs = {} }: Template, longest: Longest): string[] {
  return [
    ...tooLong('Outputs', Object.keys(Outputs).length, MAX_OUTPUTS, 'outputs'),
    ...Object.entries(Outputs).flatMap(([id, { Description = '', Export }]) => [
      ...tooLong(`the description of the output ${id}`, longest.text(Description).length, MAX_DESCRIPTION),
      ...tooLong(`the export of ${id}`, longest.text((Export as { Name?: Json })?.Name ?? '').length, MAX_EXPORT_NAME),
    ]),
  ];
}

function resourceProblems(id: string, { Type, Properties = {} }: Resource, longest: Longest): string[] {
  const ofTexts = Object.entries(MAX_LENGTHS[Type] ?? {}).flatMap(([name, most]) =>
    tooLong(`${id} ${name}`, longest.text(Properties[name] ?? '').length, most),
  );
  const ofItems = Object.entries(MAX_ITEMS[Type] ?? {}).flatMap(([name, most]) =>
    tooLong(`${id} ${name}`, [Properties[name] ?? []].flat().length, most, 'items'),
  );
  const others = [
    tagsProblem(tagsOf(Properties.Tags, longest)),
    Type === 'AWS::Lambda::Function' ? environmentProblem(variablesOf(Properties), longest) : undefined,
  ];
  return [...ofTexts, ...ofItems, ...others.flatMap((problem) => (problem ? [`${id} ${problem}`] : []))];
}

const variablesOf = ({ Environment }: Readonly<Record<string, Json>>) =>
  (Environment as { Variables?: Record<string, Json> } | undefined)?.Variables ?? {};

/** Most resources have a list of keys and values, a few an object. */
function tagsOf(tags: Json, longest: Longest): Record<string, string> {
  if (tags === undefined || tags === null) return {};
  const entries = Array.isArray(tags)
    ? tags.map(({ Key, Value }: { Key: string; Value: Json }) => [Key, longest.text(Value)])
    : Object.entries(tags as object).map(([key, value]) => [key, longest.text(value)]);
  return Object.fromEntries(entries);
}
