"""What JSON Schema can't say of our parameters: which of them need or exclude each other, and which texts are of our own making."""

import schemathesis

# From the page before, and signed.
CURSORS = ("cursor", "before")
# Of what is on record: a name that isn't there is refused, with those that are.
ON_RECORD = ("project", "cluster", "source", "target", "targetProject", "targetCluster", "orgId", "tag", "timeZone")
# Of others that say the same in other words.
EXCLUDED_BY = {"since": ("until", "period"), "finishedSince": ("finishedUntil",), "until": ("period",), "open": ("status",), "sort": ("order",)}


@schemathesis.hook
def before_call(context, case, kwargs):
    if not case.meta.generation.mode.is_positive:
        return
    if isinstance(case.body, dict):
        for name in ON_RECORD:
            case.body.pop(name, None)
        if case.path == "/expected-restores":
            case.body.setdefault("projectId", "0" * 24)  # or `project`: one of both
    query = case.query
    if not query:
        return
    for name in CURSORS + ON_RECORD:
        query.pop(name, None)
    for name, others in EXCLUDED_BY.items():
        if name in query:
            for other in others:
                query.pop(other, None)
    if query.get("limit") == "all":
        query["limit"] = 10  # all of them only in some formats, and in one order
    if case.path in ("/evidence", "/summary"):
        query.pop("since", None)  # may not be too long ago
    if case.path == "/evidence":
        query.pop("projectId", None)  # of a project on record
        query.pop("clusterName", None)  # needs one
    elif "clusterName" in query:
        query.setdefault("projectId", "0" * 24)
