"""A client as a user would write it over the package that openapi-python-client makes. Run by ../document.openapi.ts."""

import json
import sys

from restore_ledger import Client
from restore_ledger.api.reports import get_summary
from restore_ledger.api.restore_jobs import get_restore_job, list_restore_jobs, put_validation
from restore_ledger.models import ListRestoreJobsStatusItem, Problem, ValidationRequest
from restore_ledger.models.validation_request_validation_status import ValidationRequestValidationStatus

client = Client(base_url=sys.argv[1])
statuses = [ListRestoreJobsStatusItem.COMPLETED, ListRestoreJobsStatusItem.FAILED]
page = list_restore_jobs.sync(client=client, status=statuses, limit=5)
job_id = page.jobs[0].job_id
one = get_restore_job.sync(job_id, client=client)
body = ValidationRequest(
    validation_status=ValidationRequestValidationStatus.SUCCESSFUL, validation_status_message="generated client"
)
said = put_validation.sync(job_id, client=client, body=body)
wrong = list_restore_jobs.sync(client=client, limit=0)
summary = get_summary.sync(client=client)
print(
    json.dumps(
        {
            "jobs": [job.job_id for job in page.jobs],
            "status": one.status.value,
            "validation": said.validation.status.value,
            "field": wrong.field if isinstance(wrong, Problem) else None,
            "counted": type(summary.jobs).__name__,
        }
    )
)
