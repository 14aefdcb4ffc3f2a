// functions/api/lambda/lambda-client.ts: Lambda's client. A file of its own, since `import()` of the package keeps all of it in a bundle,
// 31 KB more (2026-11).
export { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
