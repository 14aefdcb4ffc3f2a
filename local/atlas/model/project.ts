// local/atlas/model/project.ts: projects of a simulated organization.
import { randomObjectId } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { DAY, SECOND } from '../base/time.ts';

export interface SimProject {
  readonly id: string;
  readonly name: string;
  readonly orgId: string;
  /** ms since the epoch. */
  readonly created: number;
  /** Names the project in random draws. */
  readonly ordinal: number;
}

/** The day of the first project; every cluster of the start was created within the two years after it. */
export const WORLD_BEGAN = Date.UTC(2022, 0, 1);

// Real names hold spaces and any letter, which the documented pattern forbids (docs/atlas.md#2).
const NAMES = [
  'Payments Production',
  'Datenbank Prüfstand',
  'analytics-dev',
  'Données client (EU)',
  'search-staging',
  '検索 基盤',
  'Ordini e Fatture',
  'internal.tools',
  'R&D Labs',
  'billing-prod',
];

const seeds = { organization: 1, project: 2 } as const;

const organizationId = (seed: number) => randomObjectId(WORLD_BEGAN, new Random(seed, seeds.organization));

export function makeProject(seed: number, ordinal: number, name = projectName(ordinal)): SimProject {
  const random = new Random(seed, seeds.project, ordinal);
  const created = WORLD_BEGAN + random.between(1, (365 * DAY) / SECOND) * SECOND;
  return { id: randomObjectId(created, random), name, orgId: organizationId(seed), created, ordinal };
}

/** Sorts as the recorded list does: by code point, so upper case comes first. */
export const byName = (a: SimProject, b: SimProject) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function projectName(ordinal: number) {
  const name = NAMES[ordinal % NAMES.length] as string;
  const round = Math.floor(ordinal / NAMES.length);
  return round === 0 ? name : `${name} ${round + 1}`;
}
