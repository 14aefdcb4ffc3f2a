// functions/restore/collections.ts: what a collection-level job restores, under which names, and over what.
// Atlas's answer may hold anything (docs/atlas.md#1-5): what isn't as documented is left out, never guessed.

import { defined } from '../platform/defined.ts';
import { fieldsOf } from '../platform/json.ts';

const STRATEGIES = ['CREATE_NEW', 'OVERWRITE_EXISTING'] as const;

export interface RestoredNamespace {
  /** `shop.orders`, or of a whole database `shop`. */
  source: string;
  /** Absent: Atlas did not say. */
  target?: string;
}

export interface RestoredCollections {
  /** What happens to collections that have the target names. Absent: Atlas did not say, or in a word that is not known. */
  writeStrategy?: (typeof STRATEGIES)[number];
  /** Collections first, then whole databases. */
  namespaces: RestoredNamespace[];
  /** False: more were restored than are named here, as the ledger could not keep, or not understand, them all. */
  complete: boolean;
}

interface CollectionJob {
  kind: string;
  atlas: Record<string, unknown>;
  /** Fields that were too large to keep. */
  atlasOmitted?: Readonly<Record<string, string>>;
}

/** Nothing for a job of another kind. */
export function collectionsOf({ kind, atlas, atlasOmitted = {} }: CollectionJob): RestoredCollections | undefined {
  if (kind !== 'collection') return undefined;
  const collections = namespacesOf(atlas.collections, atlas.collectionSuffix);
  const databases = namespacesOf(atlas.databases, atlas.databaseSuffix);
  const namespaces = [...collections.understood, ...databases.understood];
  const isOmitted = Object.hasOwn(atlasOmitted, 'collections') || Object.hasOwn(atlasOmitted, 'databases');
  const writeStrategy = STRATEGIES.find((strategy) => strategy === atlas.writeStrategy);
  const complete = namespaces.length > 0 && !isOmitted && collections.isWhole && databases.isWhole;
  return defined({ writeStrategy, namespaces, complete });
}

function namespacesOf(list: unknown, suffix: unknown): { understood: RestoredNamespace[]; isWhole: boolean } {
  if (list === undefined || list === null) return { understood: [], isWhole: true };
  if (!Array.isArray(list)) return { understood: [], isWhole: false };
  const understood = list.flatMap((entry: unknown) => namespaceOf(entry, suffix) ?? []);
  return { understood, isWhole: understood.length === list.length };
}

function namespaceOf(entry: unknown, suffix: unknown): RestoredNamespace | undefined {
  const { sourceNamespace: source, targetNamespace } = fieldsOf(entry);
  if (!isName(source)) return undefined;
  const target = isName(targetNamespace) ? targetNamespace : isName(suffix) ? `${source}${suffix}` : undefined;
  return defined({ source, target });
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** @param arrow between the names, where a collection is restored under another one */
export const namespaceWords = ({ source, target = source }: RestoredNamespace, arrow = '→') =>
  source === target ? source : `${source} ${arrow} ${target}`;
