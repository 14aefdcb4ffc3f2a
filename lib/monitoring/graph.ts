// lib/monitoring/graph.ts: a graph of a dashboard.
import { GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';

/** A third of a row, from 0 on. @param right with a scale of its own, on the right */
export const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
  new GraphWidget({ title, left, right, width: 8, height: 6, leftYAxis: { min: 0 }, rightYAxis: { min: 0 } });
