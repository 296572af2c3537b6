"""Tags of RDS objects: an ARN that names nothing is an error, as it is on AWS.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ListTagsForResource.html
"""

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.rds.groups import backend
from terrace_localstack.runtime import aws_error

MISSING = {
    "db": ("DBInstanceNotFound", "Could not find a DB instance matching the resource name: '{}'"),
    "cluster": ("DBClusterNotFoundFault", "Could not find a DB cluster matching the resource name: '{}'"),
    "subgrp": ("DBSubnetGroupNotFoundFault", "DB subnet group matching '{}' not found"),
    "pg": ("DBParameterGroupNotFound", "DBParameterGroup not found: {}"),
    "snapshot": ("DBSnapshotNotFound", "DBSnapshot {} not found."),
}


@mend("rds", "ListTagsForResource", "AddTagsToResource", "RemoveTagsFromResource")
def unknown_resource(call: Call) -> Answer:
    arn = call.params["ResourceName"]
    kind = arn.split(":")[5] if arn.count(":") >= 6 else None
    if kind in MISSING:
        try:
            found = backend(Scope.of(call.context))._get_resource_for_tagging(arn)
        except Exception:
            found = None
        if found is None:
            code, message = MISSING[kind]
            raise aws_error(code, message.format(arn), 404)
    return call.proceed()
