"""Ids that do not exist: the not-found errors that moto leaves out, and ids of a wrong form.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

import re

from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error

EMPTY_MEANS = {
    "DescribeNatGateways": ("NatGatewayIds", "NatGateways", "NatGatewayId", "NatGatewayNotFound", "NatGateway {} was not found"),
    "DescribeVpcPeeringConnections": ("VpcPeeringConnectionIds", "VpcPeeringConnections", "VpcPeeringConnectionId", "InvalidVpcPeeringConnectionID.NotFound", "The vpcPeeringConnection ID '{}' does not exist"),
    "DescribeTransitGateways": ("TransitGatewayIds", "TransitGateways", "TransitGatewayId", "InvalidTransitGatewayID.NotFound", "Transit Gateway {} was deleted or does not exist."),
    "DescribeTransitGatewayVpcAttachments": ("TransitGatewayAttachmentIds", "TransitGatewayVpcAttachments", "TransitGatewayAttachmentId", "InvalidTransitGatewayAttachmentID.NotFound", "Transit Gateway Attachment {} was deleted or does not exist."),
    "DescribeManagedPrefixLists": ("PrefixListIds", "PrefixLists", "PrefixListId", "InvalidPrefixListID.NotFound", "The prefix list ID '{}' does not exist"),
    "DescribeFleets": ("FleetIds", "Fleets", "FleetId", "InvalidFleetId.NotFound", "The fleet ID '{}' does not exist"),
    "DescribeSpotInstanceRequests": ("SpotInstanceRequestIds", "SpotInstanceRequests", "SpotInstanceRequestId", "InvalidSpotInstanceRequestID.NotFound", "The spot instance request ID '{}' does not exist"),
    "DescribeFlowLogs": ("FlowLogIds", "FlowLogs", "FlowLogId", "InvalidFlowLogId.NotFound", "The flow log ID '{}' does not exist"),
}  # fmt: skip
"""Operation → parameter with the ids, list of the answer, its id, error code, message."""


@mend("ec2", *EMPTY_MEANS)
def missing_ids(call: Call) -> Answer:
    parameter, results, field, code, message = EMPTY_MEANS[call.operation]
    answer = call.proceed()
    ids = call.params.get(parameter) or []
    if not call.params.get("Filters") and not call.params.get("Filter"):
        found = {each.get(field) for each in answer.get(results) or []}
        if missing := [each for each in ids if each not in found]:
            raise aws_error(code, message.format(missing[0]))
    return answer


IDS = {
    "DescribeInstances": ("InstanceIds", "i", "InvalidInstanceID.Malformed"),
    "TerminateInstances": ("InstanceIds", "i", "InvalidInstanceID.Malformed"),
    "DescribeImages": ("ImageIds", "ami", "InvalidAMIID.Malformed"),
    "DescribeVolumes": ("VolumeIds", "vol", "InvalidParameterValue"),
    "DescribeLaunchTemplates": ("LaunchTemplateIds", "lt", "InvalidLaunchTemplateId.Malformed"),
}


@mend("ec2", *IDS)
def malformed_ids(call: Call) -> Answer:
    parameter, prefix, code = IDS[call.operation]
    for identity in call.params.get(parameter) or []:
        if not re.fullmatch(rf"{prefix}-[0-9a-f]{{8,17}}", identity):
            raise aws_error(code, f'Invalid id: "{identity}" (expecting "{prefix}-...")')
    return call.proceed()


@mend("ec2", "DescribeNetworkAcls")
def network_acl_code(call: Call) -> Answer:
    try:
        return call.proceed()
    except Exception as error:
        if getattr(error, "code", "") != "InvalidRouteTableID.NotFound":
            raise
        raise aws_error(
            "InvalidNetworkAclID.NotFound", f"The networkAcl ID '{call.params['NetworkAclIds'][0]}' does not exist"
        ) from error
