// local/atlas/routes/discovery.ts: endpoints of projects and clusters (docs/atlas.md#2).
import { refusals } from '../base/errors.ts';
import { boolean, listing } from '../base/paging.ts';
import { clusterBody, flexClusterBody, serverlessInstanceBody } from '../bodies/cluster.ts';
import { projectBody, projectOverview } from '../bodies/project.ts';
import type { SimCluster, Tier } from '../model/cluster.ts';
import type { SimProject } from '../model/project.ts';
import type { Call, Route } from './route.ts';
import { clusterOfClusterApi, flexCluster, serverlessInstance } from './tier.ts';
import { CLUSTERS, FIRST, FLEX, SERVERLESS_INSTANCES } from './versions.ts';

const IN_CLUSTER_API: readonly Tier[] = ['replicaSet', 'sharded', 'free'];
const DELETED_TOO = 'includeDeletedWithRetainedBackups';

const projectIn =
  ({ world, scene }: Call) =>
  (project: SimProject) =>
    projectBody(project, world.clusters(project.id), scene);

const clustersIn = ({ world, params }: Call, tiers: readonly Tier[]): SimCluster[] =>
  world.clusters(params.groupId ?? '').filter(({ tier }) => tiers.includes(tier));

const alive = ({ state }: SimCluster) => state !== 'DELETED';

export const discoveryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/groups',
    versions: FIRST,
    bucket: 'projects',
    java: 'ApiAtlasGroupsResource::getAllGroups',
    list: (call) => listing(call.world.projects, projectIn(call)),
  },
  {
    method: 'GET',
    path: '/groups/:groupId',
    versions: FIRST,
    bucket: 'projects',
    java: 'ApiAtlasGroupsResource::getGroup',
    one: (call) => {
      const { groupId = '' } = call.params;
      const project = call.world.project(groupId);
      if (!project) throw refusals.groupNotFound(groupId);
      return projectIn(call)(project);
    },
  },
  {
    method: 'GET',
    path: '/orgs/:orgId/groups',
    versions: FIRST,
    bucket: 'organizations',
    java: 'ApiAtlasOrgsResource::getOrgGroups',
    list: (call) => {
      const projects = call.world.projects.filter(({ orgId }) => orgId === call.params.orgId);
      return listing(projects, projectIn(call));
    },
  },
  {
    method: 'GET',
    path: '/clusters',
    versions: FIRST,
    bucket: 'allClusters',
    java: 'ApiAtlasClustersResource::getAllClusters',
    list: ({ world }) => listing(world.projects, (project) => projectOverview(project, world.clusters(project.id))),
  },
  {
    method: 'GET',
    path: '/groups/:groupId/clusters',
    versions: CLUSTERS,
    bucket: 'clusters',
    java: 'ApiAtlasClusterDescriptionResource20240805::getAllClusters',
    list: (call) => {
      const deletedToo = boolean(call.query, DELETED_TOO, false);
      const clusters = clustersIn(call, IN_CLUSTER_API).filter((cluster) => deletedToo || alive(cluster));
      const show = (cluster: SimCluster) => clusterBody(cluster, call.version.date, call.scene);
      return listing(clusters, show, { [DELETED_TOO]: String(deletedToo) });
    },
  },
  {
    method: 'GET',
    path: '/groups/:groupId/clusters/:clusterName',
    versions: CLUSTERS,
    bucket: 'clusters',
    java: 'ApiAtlasClusterDescriptionResource20240805::getCluster',
    one: (call) => clusterBody(clusterOfClusterApi(call), call.version.date, call.scene),
  },
  {
    method: 'GET',
    path: '/groups/:groupId/flexClusters',
    versions: FLEX,
    bucket: 'flexClusters',
    java: 'ApiAtlasFlexClusterResource::getAllFlexClusters',
    list: (call) => listing(clustersIn(call, ['flex']).filter(alive), flexClusterBody),
  },
  {
    method: 'GET',
    path: '/groups/:groupId/flexClusters/:clusterName',
    versions: FLEX,
    bucket: 'flexClusters',
    java: 'ApiAtlasFlexClusterResource::getFlexCluster',
    one: (call) => flexClusterBody(flexCluster(call)),
  },
  {
    method: 'GET',
    path: '/groups/:groupId/serverless',
    versions: SERVERLESS_INSTANCES,
    java: 'ApiAtlasServerlessInstanceResource::getAllServerlessInstances',
    list: (call) => {
      const instances = call.serverless === 'alive' ? clustersIn(call, ['serverless']).filter(alive) : [];
      return listing(instances, (cluster) => serverlessInstanceBody(cluster, call.scene));
    },
  },
  {
    method: 'GET',
    path: '/groups/:groupId/serverless/:clusterName',
    versions: SERVERLESS_INSTANCES,
    java: 'ApiAtlasServerlessInstanceResource::getServerlessInstance',
    one: (call) => serverlessInstanceBody(serverlessInstance(call), call.scene),
  },
];
