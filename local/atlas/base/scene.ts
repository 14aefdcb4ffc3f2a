// local/atlas/base/scene.ts: what every body needs beside the thing that it shows, and links.

export interface Scene {
  /** ms since the epoch. */
  now: number;
  /** Scheme, host and port: links are absolute, as Atlas's are. */
  baseUrl: string;
  /** Part of every secret that a body holds, so that a leak is found by searching for it. May be empty. */
  canary: string;
}

export interface Link {
  href: string;
  rel: string;
}

/** Starts the `rel` of every link that is not about paging or the thing itself (docs/atlas.md#1-1). */
const REL = 'https://cloud.mongodb.com';

export const selfLink = ({ baseUrl }: Scene, path: string): Link => ({ href: `${baseUrl}${path}`, rel: 'self' });

export const relatedLink = ({ baseUrl }: Scene, name: string, path: string): Link => ({
  href: `${baseUrl}${path}`,
  rel: `${REL}/${name}`,
});

export const groupPath = (projectId: string) => `/api/atlas/v2/groups/${projectId}`;
