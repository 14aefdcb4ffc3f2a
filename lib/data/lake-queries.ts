// lib/data/lake-queries.ts: questions to the lake that people have, in SQL that Athena (Trino) and DuckDB both run as it is.
//
// Of a job there is a row for each change: the last one by `revision` is how it stands. A restore that was requested in a period has all its
// rows in the days from the beginning of the period on, so `day` bounds what is read. Percentiles are by nearest rank, as elsewhere in the
// ledger. A cluster of which the ledger has no restore job is in no row: which clusters lack a restore, `restore-ledger drills` knows.

export interface LakeQuery {
  readonly name: string;
  readonly question: string;
  readonly sql: string;
  /** What each question mark stands for, in order. */
  readonly parameters?: readonly string[];
}

/** The last row of each job. */
const lastOf = (where: string) => `WITH ordered AS (
  SELECT *, row_number() OVER (PARTITION BY project_id, job_id ORDER BY revision DESC) AS newest
  FROM changes
  WHERE ${where}
), jobs AS (
  SELECT * FROM ordered WHERE newest = 1
)`;

export const LAKE_QUERIES: readonly LakeQuery[] = [
  {
    name: 'restored-elsewhere-last-month',
    question:
      'Who restored data into another project last month, from where to where? Of production alone: add a condition on project_name.',
    sql: `${lastOf(`day >= CAST(CAST(date_trunc('month', current_date) - INTERVAL '1' MONTH AS DATE) AS VARCHAR)`)}
SELECT requested_at, requester_name, requester_grade, requester_reason, project_name, cluster_name, target_project_id,
  target_cluster_name, status, purpose, ticket, job_id
FROM jobs
WHERE place = 'elsewhere'
  AND requested_at >= date_trunc('month', current_date) - INTERVAL '1' MONTH
  AND requested_at < date_trunc('month', current_date)
ORDER BY requested_at, job_id`,
  },
  {
    name: 'duration-trend',
    question: 'How long do the completed restores of each cluster take, month by month?',
    sql: `${lastOf(`day >= CAST(CAST(date_trunc('month', current_date) - INTERVAL '12' MONTH AS DATE) AS VARCHAR)`)}, ranked AS (
  SELECT project_id, project_name, cluster_name, date_trunc('month', requested_at) AS month, duration_seconds,
    row_number() OVER (PARTITION BY project_id, cluster_name, date_trunc('month', requested_at) ORDER BY duration_seconds) AS position,
    count(*) OVER (PARTITION BY project_id, cluster_name, date_trunc('month', requested_at)) AS restores
  FROM jobs
  WHERE completed AND duration_seconds IS NOT NULL
    AND requested_at >= date_trunc('month', current_date) - INTERVAL '12' MONTH
)
SELECT project_id, max(project_name) AS project_name, cluster_name, month, max(restores) AS restores,
  min(CASE WHEN position * 100 >= restores * 50 THEN duration_seconds END) AS p50_seconds,
  min(CASE WHEN position * 100 >= restores * 95 THEN duration_seconds END) AS p95_seconds
FROM ranked
GROUP BY project_id, cluster_name, month
ORDER BY project_id, cluster_name, month`,
  },
  {
    name: 'completed-not-validated',
    question: 'Which completed restores of the last 90 days has nobody validated with success?',
    sql: `${lastOf(`day >= CAST(CAST(current_date - INTERVAL '90' DAY AS DATE) AS VARCHAR)`)}
SELECT requested_at, project_name, cluster_name, place, target_cluster_name, requester_name, requester_grade, validation_status,
  validation_message, job_id
FROM jobs
WHERE completed AND coalesce(validation_status, '') <> 'SUCCESSFUL'
  AND requested_at >= current_date - INTERVAL '90' DAY
ORDER BY requested_at, job_id`,
  },
  {
    name: 'last-restore-of-each-cluster',
    question:
      'When was each cluster last restored, and when was a restore of it last validated? Clusters without any restore job are not here.',
    sql: `${lastOf('true')}
SELECT project_id, max(project_name) AS project_name, cluster_name,
  max(CASE WHEN completed THEN finished_at END) AS last_completed,
  max(CASE WHEN completed AND place = 'elsewhere' THEN finished_at END) AS last_completed_elsewhere,
  max(CASE WHEN completed AND validation_status = 'SUCCESSFUL' THEN finished_at END) AS last_validated
FROM jobs
GROUP BY project_id, cluster_name
ORDER BY last_validated NULLS FIRST, last_completed NULLS FIRST, project_id, cluster_name`,
  },
  {
    name: 'history-of-a-restore',
    question: 'What happened to a restore job, change by change?',
    parameters: ['the id of the job'],
    sql: `SELECT revision, changed_at, status, changed_fields, findings, requester_name, requester_grade, requester_reason,
  validation_status, purpose, ticket, state_known, repaired, erased, entry_hash
FROM changes
WHERE job_id = ?
ORDER BY revision`,
  },
  {
    name: 'restores-by-requester',
    question: 'Who requested how many restores in the last 90 days, how sure is that, and how did they end?',
    sql: `${lastOf(`day >= CAST(CAST(current_date - INTERVAL '90' DAY AS DATE) AS VARCHAR)`)}
SELECT requester_name, requester_grade, coalesce(requester_reason, CASE WHEN requester_grade IS NULL THEN 'not looked for' END) AS reason,
  count(*) AS restores,
  sum(CASE WHEN completed THEN 1 ELSE 0 END) AS completed,
  sum(CASE WHEN status = 'FAILED' THEN 1 ELSE 0 END) AS failed,
  sum(CASE WHEN place = 'elsewhere' THEN 1 ELSE 0 END) AS elsewhere,
  sum(CASE WHEN place = 'download' THEN 1 ELSE 0 END) AS downloads
FROM jobs
WHERE requested_at >= current_date - INTERVAL '90' DAY
GROUP BY requester_name, requester_grade, 3
ORDER BY restores DESC, requester_name, requester_grade, reason`,
  },
];
