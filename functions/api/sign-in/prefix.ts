// functions/api/sign-in/prefix.ts: the paths that need no authorization of API Gateway, and those that do.

/** All below it, and nothing else, is answered to browsers with a session. */
export const BROWSER_PREFIX = '/app';
export const isBelow = (path: string) => path === BROWSER_PREFIX || path.startsWith(`${BROWSER_PREFIX}/`);
export const SIGN_IN_PATH = '/sign-in';
export const CALLBACK_PATH = '/sign-in/callback';

/** Routes of the HTTP API whose callers API Gateway has authorized. All others need a session. */
export const AUTHORIZED_ROUTES: readonly string[] = [
  ...['ANY /', 'ANY /{proxy+}', 'OPTIONS /{proxy+}'],
  ...['POST /{proxy+}', 'PUT /{proxy+}', 'PATCH /{proxy+}'],
  ...['POST /expected-restores', 'DELETE /{proxy+}'],
];
