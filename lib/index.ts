// lib/index.ts: what other CDK apps import, the stack or its constructs.
export { Network, type NetworkProps } from './compute/network.ts';
export { NodeFunction, type NodeFunctionProps } from './compute/node-function.ts';
export type { Placement } from './compute/placement.ts';
export { AtlasCredentials, type AtlasCredentialsProps } from './data/credentials.ts';
export { Encryption, type EncryptionProps } from './data/encryption.ts';
export { LedgerTable, type LedgerTableProps } from './data/table.ts';
export { LedgerStack, type LedgerStackProps } from './ledger-stack.ts';
export { Alarms, type AlarmsProps } from './monitoring/alarms.ts';
export { LedgerDashboard, type LedgerDashboardProps } from './monitoring/dashboard.ts';
export { Monitoring, type MonitoringProps } from './monitoring/monitoring.ts';
export { Api, type ApiProps } from './services/api.ts';
export { ChangeFeed, type ChangeFeedProps } from './services/change-feed.ts';
export { Collection, type CollectionProps } from './services/collection.ts';
export type { Edge } from './services/edge.ts';
export { Messages, type MessagesProps } from './services/messages.ts';
export { completeSettings, readSettings } from './settings/read-settings.ts';
export { SettingsError } from './settings/setting.ts';
export type { Settings } from './settings/settings.ts';
