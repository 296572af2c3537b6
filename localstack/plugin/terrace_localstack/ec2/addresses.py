"""Elastic IP addresses and instance profiles: what is in use stays, what is replaced is seen.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html
"""

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error


@mend("ec2", "AssociateAddress")
def associate(call: Call) -> Answer:
    """Moves an address where reassociation is allowed, which in a VPC is the default between instances of one owner."""
    ec2 = Scope.of(call.context).ec2
    if call.params.get("AllocationId"):
        (address,) = ec2.address_by_allocation([call.params["AllocationId"]])
        target = call.params.get("InstanceId") or call.params.get("NetworkInterfaceId")
        current = {each.id for each in (address.instance, address.eni) if each is not None}
        if address.association_id and target in current:
            return {"AssociationId": address.association_id}
        if address.association_id and call.params.get("AllowReassociation") is False:
            raise aws_error(
                "Resource.AlreadyAssociated",
                f"resource {call.params['AllocationId']} is already associated with associate-id {address.association_id}",
            )
        if address.association_id:
            ec2.disassociate_address(association_id=address.association_id)
    if call.params.get("InstanceId"):
        instance = ec2.get_instance(call.params["InstanceId"])
        if instance.state not in ("running", "stopped", "pending"):
            raise aws_error(
                "InvalidInstanceID", f"The pending instance '{instance.id}' is not in a valid state for this operation"
            )
        for other in ec2.addresses:
            if other.eni is not None and other.eni in instance.nics.values():
                ec2.disassociate_address(association_id=other.association_id)
    return call.proceed()


@mend("ec2", "DisassociateAddress")
def disassociate(call: Call) -> Answer:
    ec2, wanted = Scope.of(call.context).ec2, call.params.get("AssociationId")
    for gateway in ec2.nat_gateways.values():
        if gateway.state in ("pending", "available") and wanted in [
            each.get("associationId") for each in gateway.address_set
        ]:
            raise aws_error(
                "AuthFailure",
                f"You do not have permission to access the specified resource: it belongs to {gateway.id}",
            )
    return call.proceed()


@mend("ec2", "ReplaceIamInstanceProfileAssociation", "AssociateIamInstanceProfile")
def replace_profile(call: Call) -> Answer:
    """Shows the new profile on the instance."""
    answer = call.proceed()
    ec2 = Scope.of(call.context).ec2
    for instance_id, association in ec2.iam_instance_profile_associations.items():
        if association.association_id == answer["IamInstanceProfileAssociation"]["AssociationId"]:
            profile = association.iam_instance_profile
            ec2.get_instance(instance_id).iam_instance_profile = {"Arn": profile.arn, "Id": profile.id}
    return answer


@mend("ec2", "AllocateAddress")
def allocate(call: Call) -> Answer:
    pool = {"PublicIpv4Pool": "amazon", "NetworkBorderGroup": call.params.get("NetworkBorderGroup", call.region)}
    return pool | call.proceed()


@mend("ec2", "DescribeAddresses")
def describe(call: Call) -> Answer:
    answer = call.proceed()
    for shown in answer.get("Addresses", []):
        for name in (
            "InstanceId",
            "NetworkInterfaceId",
            "AssociationId",
            "PrivateIpAddress",
            "NetworkInterfaceOwnerId",
        ):
            if not shown.get(name):
                shown.pop(name, None)
        shown |= {"PublicIpv4Pool": "amazon", "NetworkBorderGroup": call.region}
        if shown.get("AssociationId"):
            shown["NetworkInterfaceOwnerId"] = call.account
    return answer
