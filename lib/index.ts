// lib/index.ts is what a CDK app of your own imports: the stack, or the constructs that it is made of.
export { Alarms, type AlarmsProps } from './alarms.ts';
export { Api, type ApiAuthorization, type ApiProps } from './api.ts';
export { ChangeFeed, type ChangeFeedProps } from './change-feed.ts';
export { Collection, type CollectionProps } from './collection.ts';
export { AtlasCredentials, type AtlasCredentialsProps } from './credentials.ts';
export { LedgerDashboard, type LedgerDashboardProps } from './dashboard.ts';
export { Encryption, type EncryptionProps } from './encryption.ts';
export { LedgerStack, type LedgerStackProps } from './ledger-stack.ts';
export { Messages, type MessagesProps } from './messages.ts';
export { Monitoring, type MonitoringProps } from './monitoring.ts';
export { Network, type NetworkProps } from './network.ts';
export { type FunctionDefaults, NodeFunction, type NodeFunctionProps } from './node-function.ts';
export { SettingsError } from './setting.ts';
export { readSettings, type Settings } from './settings.ts';
export { stackProps } from './stack-props.ts';
export { LedgerTable, type LedgerTableProps } from './table.ts';
