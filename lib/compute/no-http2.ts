// lib/compute/no-http2.ts stands for `node:http2` in bundles: a pool of undici's loads that first of all, for connections that none here
// makes. Where a Node was built without it, undici makes do with this much.
export const constants = {};
// biome-ignore lint/style/noDefaultExport: the SDK imports node:http2 so, in code that no bundle keeps
export default { constants };
