// bench/cold/floors/empty.ts does nothing: what is left is the start of Node.
export const handler = async () => ({});
