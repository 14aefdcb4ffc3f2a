// functions/report/model/version.ts: the version of this program, as reports say it. Of package.json, which no bundle has: a test compares them.
export const VERSION = '0.1.0';
