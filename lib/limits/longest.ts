// lib/limits/longest.ts: values of a template at their longest, with what only a deployment knows filled in.

export type Json = unknown;
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, Json>>;
}
export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;
}

/** The longest of all partitions, in characters: us-isof-south-1, aws-us-gov, amazonaws.com.cn. */
const PSEUDO: Readonly<Record<string, number>> = {
  'AWS::AccountId': 12,
  'AWS::Region': 16,
  'AWS::Partition': 10,
  'AWS::URLSuffix': 16,
  'AWS::StackId': 16 + 10 + 12 + 128 + 36 + 32,
  'AWS::NoValue': 0,
};
/** A generated name ends with a hyphen and this many characters, or fewer. */
const RANDOM = 13;
const MAX_NAME = 255;
/** Of an ARN beside the name: its partition, service, region, account and kind, and what Secrets Manager adds to the name. */
const ARN_PARTS = 72;
/** Of the URL of a queue: its host and account. */
const URL_PARTS = 64;
/** What another stack or a parameter gives, such as an ARN. */
const UNKNOWN = 256;

const filler = (length: number) => 'x'.repeat(length);

/** Estimates texts of one template. It never guesses too short, save for what another stack or a parameter gives. */
export class Longest {
  readonly #template: Template;
  readonly #stackName: string;

  constructor(template: Template, stackName: string) {
    this.#template = template;
    this.#stackName = stackName;
  }

  /** The same value with a text of the greatest length for every intrinsic function. */
  of(value: Json): Json {
    if (Array.isArray(value)) return value.map((each) => this.of(each));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[name, argument] = ['', undefined]] = entries;
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) return this.#intrinsic(name, argument);
    return Object.fromEntries(entries.map(([key, each]) => [key, this.of(each)]));
  }

  /** As one text. */
  text(value: Json): string {
    const found = this.of(value);
    return typeof found === 'string' ? found : JSON.stringify(found ?? '');
  }

  #intrinsic(name: string, argument: Json): Json {
    const list = Array.isArray(argument) ? argument : [argument];
    switch (name) {
      case 'Ref':
        return filler(this.#refLength(String(argument)));
      case 'Fn::GetAtt':
        return filler(ARN_PARTS + this.#nameLength(String(list[0])) + UNKNOWN / 8);
      case 'Fn::Join':
        return (list[1] as Json[]).map((each) => this.text(each)).join(String(list[0]));
      case 'Fn::Sub':
        return this.#substituted(list);
      case 'Fn::If':
        return this.#longestOf(list.slice(1));
      case 'Fn::Select':
        return this.#longestOf([list[1]].flat());
      case 'Fn::FindInMap':
        return this.#longestOf(
          Object.values(this.#template.Mappings?.[String(list[0])] ?? {}).flatMap((row) => Object.values(row)),
        );
      default:
        return filler(UNKNOWN);
    }
  }

  #longestOf(values: readonly Json[]): Json {
    const [longest = ''] = values.map((each) => this.of(each)).sort((a, b) => size(b) - size(a));
    return longest;
  }

  #substituted([text, given = {}]: Json[]): string {
    const values = given as Record<string, Json>;
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (whole, literal, name: string) => {
      if (literal) return whole;
      if (name in values) return this.text(values[name]);
      const [id = '', attribute] = name.split('.');
      return this.text(attribute ? { 'Fn::GetAtt': [id, attribute] } : { Ref: id });
    });
  }

  #refLength(id: string): number {
    if (id === 'AWS::StackName') return this.#stackName.length;
    const pseudo = PSEUDO[id];
    if (pseudo !== undefined) return pseudo;
    const type = this.#template.Resources?.[id]?.Type;
    if (type === undefined) return UNKNOWN;
    const isArn = ['AWS::SecretsManager::Secret', 'AWS::SNS::Topic'].includes(type);
    return this.#nameLength(id) + (isArn ? ARN_PARTS : type === 'AWS::SQS::Queue' ? URL_PARTS : 0);
  }

  /** Of a physical name that CloudFormation makes. A shorter one that is given fits too, as all that are given are the stack's. */
  #nameLength(id: string): number {
    return Math.min(MAX_NAME, this.#stackName.length + id.length + RANDOM + 2);
  }
}

const size = (value: Json) => JSON.stringify(value ?? '').length;
