"""CloudFormation types of a network that MiniStack 1.5.33 lacks. Its EC2 has the operations that CloudFormation calls for them."""

import re

from ministack.services import ec2
from ministack.services.cloudformation import provisioners


def call(operation, **parameters):
    """As EC2's query protocol has them. Returns a function that reads a field of the answer."""
    query = {name.replace("_", "."): [value] for name, value in parameters.items()}
    status, _headers, body = operation(query)
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        raise ValueError(text)
    return lambda field: re.search(f"<{field}>([^<]+)</{field}>", text)[1]


def create_address(_logical_id, props, _stack_name):
    answer = call(ec2._allocate_address, Domain=props["Domain"])
    address = answer("publicIp")
    return address, {"PublicIp": address, "AllocationId": answer("allocationId")}


def delete_address(address, _props):
    for allocation in [each for each in ec2._addresses.values() if each["PublicIp"] == address]:
        call(ec2._release_address, AllocationId=allocation["AllocationId"])


def create_nat_gateway(_logical_id, props, _stack_name):
    answer = call(ec2._create_nat_gateway, SubnetId=props["SubnetId"], AllocationId=props["AllocationId"])
    gateway = answer("natGatewayId")
    return gateway, {"NatGatewayId": gateway}


def create_flow_log(_logical_id, props, _stack_name):
    answer = call(
        ec2._create_flow_logs,
        ResourceId_1=props["ResourceId"],
        ResourceType=props["ResourceType"],
        TrafficType=props["TrafficType"],
        LogDestinationType=props["LogDestinationType"],
        LogGroupName=props["LogGroupName"],
    )
    flow_log = answer("item")
    return flow_log, {"Id": flow_log}


provisioners._RESOURCE_HANDLERS.update(
    {
        "AWS::EC2::EIP": {"create": create_address, "delete": delete_address},
        "AWS::EC2::NatGateway": {
            "create": create_nat_gateway,
            "delete": lambda gateway, _props: call(ec2._delete_nat_gateway, NatGatewayId=gateway),
        },
        "AWS::EC2::FlowLog": {
            "create": create_flow_log,
            "delete": lambda flow_log, _props: call(ec2._delete_flow_logs, FlowLogId_1=flow_log),
        },
    }
)
