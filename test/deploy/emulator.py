"""Runs MiniStack with IAM switched on, and with what it lacks in version 1.5.33 and AWS has.

Each piece below stands for something that AWS does by itself; none decides whether a request is allowed.
"""

import json
import os
import signal
import sys
import threading
from datetime import datetime, timezone

import emulator_network  # 7. Addresses, NAT gateways and flow logs in templates.
from ministack import app
from ministack.core import iam_actions, responses
from ministack.services import eventbridge, lambda_svc, s3
from ministack.services.cloudformation import provisioners

# 1. EventBridge Scheduler fills in the attributes in angle brackets of a target's input.
invoke_target = eventbridge._invoke_target


def invoke_with_attributes(target, event, rule, *rest):
    if event.get("Source") == "aws.scheduler" and "Input" in target:
        moment = datetime.fromtimestamp(event["Time"], timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        filled_in = (
            target["Input"]
            .replace("<aws.scheduler.scheduled-time>", moment)
            .replace("<aws.scheduler.execution-id>", event["EventId"])
        )
        target = {**target, "Input": filled_in}
    return invoke_target(target, event, rule, *rest)


eventbridge._invoke_target = invoke_with_attributes

# 2. The connection counts as encrypted: it never leaves this machine. The queues and buckets refuse any other.
pin_request_origin = app.pin_request_origin
app.pin_request_origin = lambda address, _secure: pin_request_origin(address, True)

# 3. Ref of a secret is its ARN, which policies name; MiniStack gives its name.
secret = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
create_secret, update_secret, delete_secret = secret["create"], secret["update"], secret["delete"]


def name_of(arn):
    return arn.split(":secret:")[-1].rsplit("-", 1)[0]


def create(logical_id, props, stack_name):
    _name, attributes = create_secret(logical_id, props, stack_name)
    return attributes["Arn"], attributes


def update(physical_id, *arguments, **named):
    _name, attributes = update_secret(name_of(physical_id), *arguments, **named)
    return attributes["Arn"], attributes


secret.update(create=create, update=update, delete=lambda physical_id, props: delete_secret(name_of(physical_id), props))

# 4. IAM knows no action of its own for a batch of messages: sqs:SendMessage allows both.
extract_iam_action = iam_actions.extract_iam_action


def real_action(*arguments, **named):
    action = extract_iam_action(*arguments, **named)
    return "sqs:SendMessage" if action == "sqs:SendMessageBatch" else action


iam_actions.extract_iam_action = real_action


# 5. A policy can ask which partition an item is in.
service_context = iam_actions.dynamodb_service_context


def context_with_partition(body):
    request = json.loads(body or b"{}")
    partition = request.get("Item", request.get("Key", {})).get("pk", {}).get("S")
    leading = {} if partition is None else {"dynamodb:LeadingKeys": [partition]}
    return {**service_context(body), **leading}


iam_actions.dynamodb_service_context = context_with_partition

# 6. A function on a stream may name the record that it stopped at (ReportBatchItemFailures): Lambda goes on from there.
#    MiniStack honours that for queues, and takes a stream's whole batch for done. One thread reads all streams.
apply_filter_criteria, execute_function = lambda_svc._apply_filter_criteria, lambda_svc._execute_function
reading = threading.local()


def filter_noting_the_batch(records, mapping):
    reading.records, reading.mapping = records, mapping
    return apply_filter_criteria(records, mapping)


def execute_up_to_the_first_failure(function, event):
    result = execute_function(function, event)
    mapping = getattr(reading, "mapping", None)  # none where somebody else invokes it
    if not mapping or "dynamodb" not in event["Records"][0] or result.get("error"):
        return result
    body = result.get("body") or {}
    failures = (json.loads(body) if isinstance(body, str) else body).get("batchItemFailures")
    if not failures or "ReportBatchItemFailures" not in mapping["FunctionResponseTypes"]:
        return result
    names = {failure["itemIdentifier"] for failure in failures}
    numbers = [record["dynamodb"]["SequenceNumber"] for record in reading.records]
    done = next((index for index, number in enumerate(numbers) if number in names), 0)  # an empty name: all of them
    with lambda_svc._dynamodb_stream_positions_lock:
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] += done
    return {**result, "error": True}


lambda_svc._apply_filter_criteria = filter_noting_the_batch
lambda_svc._execute_function = execute_up_to_the_first_failure


# 8. A rule's target may be the bus of another account, where an event keeps the account that it came from. MiniStack drops it.
#    The policy of that bus, which says who may send, is kept, and not asked. Templates can hold it.
dispatch_to_event_bus = eventbridge._dispatch_to_event_bus


def dispatch_across_accounts(target, *arguments):
    sender = responses.get_account_id()
    responses.set_request_account_id(target.account_id)
    try:
        return dispatch_to_event_bus(target, *arguments)
    finally:
        responses.set_request_account_id(sender)


eventbridge._dispatch_to_event_bus = dispatch_across_accounts


def create_bus_policy(_logical_id, props, _stack_name):
    bus, statement = props["EventBusName"], {**props["Statement"], "Sid": props["StatementId"]}
    eventbridge._event_bus_policies[bus] = {"Version": "2012-10-17", "Statement": [statement]}
    return f"{bus}|{props['StatementId']}", {}


def delete_bus_policy(physical_id, _props):
    eventbridge._event_bus_policies.pop(physical_id.split("|")[0], None)


provisioners._RESOURCE_HANDLERS["AWS::Events::EventBusPolicy"] = {
    "create": create_bus_policy,
    "delete": delete_bus_policy,
}

# 9. A bucket in a template may have Object Lock, and a default for what is put there. MiniStack's S3 knows both.
bucket = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
create_bucket = bucket["create"]


def create_bucket_with_lock(logical_id, props, stack_name):
    name, attributes = create_bucket(logical_id, props, stack_name)
    if props.get("ObjectLockEnabled"):
        default = props.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention")
        retention = default and {"Mode": default["Mode"], "Days": int(default["Days"])}
        s3._bucket_object_lock[name] = {"enabled": True, "default_retention": retention}
    return name, attributes


bucket["create"] = create_bucket_with_lock


def end_with_the_tests():
    """Our standard input ends when whoever started us does, however that came about."""
    sys.stdin.read()
    os.killpg(os.getpgid(0), signal.SIGKILL)


threading.Thread(target=end_with_the_tests, daemon=True).start()
app.main()
