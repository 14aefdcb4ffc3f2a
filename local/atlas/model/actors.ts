// local/atlas/model/actors.ts: people, keys and applications of the simulated organization, as events show them
// (docs/atlas.md#12-2).
import type { Actor } from '../../../functions/restore/requesters/requester.ts';
import { makeCredentials } from '../auth/credentials.ts';
import { randomObjectId } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { WORLD_BEGAN } from './project.ts';

export interface SimActor {
  /** What tests and `startRestore` call them; the same in every world. */
  readonly name: string;
  /** As whoever reads their events should understand them. */
  readonly actor: Actor;
  /** What their events show of them. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The address that they work from, in a network reserved for examples (RFC 5737). */
  readonly address: string;
}

/** The API key that the simulator accepts. No drawn restore was asked for with it. */
export const OWN_KEY = 'own-key';
/** The service account that the simulator accepts. Its events name no actor: no field for it is documented. */
export const SERVICE_ACCOUNT = 'service-account';

/** Of 100 restores drawn, how many each requested. Keys lead, as in the recordings; the others are a guess. */
const SHARES: Record<string, number> = {
  'deploy-key': 40,
  'nightly-key': 20,
  'support-key': 12,
  ada: 14,
  bo: 8,
  assistant: 4,
  staff: 2,
};

const SEED = 12;

export class Actors {
  readonly #seed: number;
  readonly #byName = new Map<string, SimActor>();
  readonly #drawn: readonly SimActor[];
  #keys = 0;

  constructor(seed: number) {
    this.#seed = seed;
    for (const [index, make] of MAKERS.entries()) {
      const made = make(new Random(seed, SEED, index));
      this.#byName.set(made.name, made);
    }
    this.#drawn = Object.entries(SHARES).flatMap(([name, share]) => Array<SimActor>(share).fill(this.named(name)));
    this.rotateKey(makeCredentials(seed, 0).apiKey.publicKey);
  }

  get all(): SimActor[] {
    return [...this.#byName.values()];
  }

  /** @throws RangeError for an unknown name */
  named(name: string): SimActor {
    const actor = this.#byName.get(name);
    if (!actor) throw new RangeError(`there is no ${name}; there are ${[...this.#byName.keys()].join(', ')}`);
    return actor;
  }

  /** Whoever a restore or an event falls to; never the simulator's own credentials. */
  draw(random: Random): SimActor {
    return random.pick(this.#drawn);
  }

  /** The simulator's own key is another one from here on; what the old one did stays the old one's. */
  rotateKey(publicKey: string) {
    const random = new Random(this.#seed, SEED, MAKERS.length, this.#keys++);
    this.#byName.set(OWN_KEY, apiKey(OWN_KEY, random, publicKey));
  }
}

const MAKERS: readonly ((random: Random) => SimActor)[] = [
  (random) => apiKey('deploy-key', random),
  (random) => apiKey('nightly-key', random),
  (random) => apiKey('support-key', random),
  (random) => user('ada', random),
  (random) => user('bo', random),
  (random) => assistant(random),
  (random) => ({
    name: 'staff',
    actor: { kind: 'staff' },
    // The 11 on record name no actor.
    fields: { isGlobalAdmin: true },
    address: address(random),
  }),
  (random) => ({
    name: SERVICE_ACCOUNT,
    actor: { kind: 'unknown' },
    fields: { isGlobalAdmin: false },
    address: address(random),
  }),
];

function apiKey(name: string, random: Random, publicKey = random.letters(8)): SimActor {
  const id = randomObjectId(WORLD_BEGAN, random);
  return {
    name,
    actor: { kind: 'apiKey', id, name: publicKey },
    fields: { apiKeyId: id, isGlobalAdmin: false, publicKey },
    address: address(random),
  };
}

function user(name: string, random: Random): SimActor {
  const [userId, username] = [randomObjectId(WORLD_BEGAN, random), `${name}@simulated.example`];
  return {
    name,
    actor: { kind: 'user', id: userId, name: username },
    fields: { isGlobalAdmin: false, userId, username },
    address: address(random),
  };
}

/** An application that acts for a person. Never recorded; after the specification. */
function assistant(random: Random): SimActor {
  const [application, person] = [randomObjectId(WORLD_BEGAN, random), randomObjectId(WORLD_BEGAN, random)];
  const onBehalfOf = { id: person, name: 'chi@simulated.example' };
  return {
    name: 'assistant',
    actor: { kind: 'delegated', ...onBehalfOf, via: 'Simulated Assistant' },
    fields: {
      delegatePrincipal: { id: application, name: 'Simulated Assistant', onBehalfOf },
      isGlobalAdmin: false,
    },
    address: address(random),
  };
}

const address = (random: Random) => `203.0.113.${random.between(1, 254)}`;
