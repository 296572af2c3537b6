"""CloudWatch alarms: tags at creation, kept by later puts; unknown alarms are an error.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from localstack.services.cloudwatch.models import CloudWatchStore, cloudwatch_stores

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error


def store(scope: Scope) -> CloudWatchStore:
    return cloudwatch_stores[scope.account][scope.region]


@mend("cloudwatch", "PutMetricAlarm", "PutCompositeAlarm")
def tags_at_creation(call: Call) -> Answer:
    """Tags a new alarm; tags of a put that changes an alarm are ignored, and its state is kept."""
    scope = Scope.of(call.context)
    arn = scope.arn("cloudwatch", f"alarm:{call.params['AlarmName']}")
    old = store(scope).alarms.get(arn)
    tags = call.params.pop("Tags", None)
    answer = call.proceed()
    new = store(scope).alarms[arn].alarm
    new.pop("Tags", None)
    if old is None and tags:
        store(scope).TAGS.tag_resource(arn, tags)
    return answer


@mend("cloudwatch", "ListTagsForResource", "TagResource", "UntagResource")
def unknown_alarm(call: Call) -> Answer:
    arn = call.params["ResourceARN"]
    if ":alarm:" in arn and arn not in store(Scope.of(call.context)).alarms:
        raise aws_error("ResourceNotFoundException", f"Unknown resource {arn}", 404)
    return call.proceed()


@mend("cloudwatch", "DeleteAlarms")
def delete(call: Call) -> Answer:
    """Forgets the tags with the alarm; one name that is unknown spoils the whole call."""
    scope = Scope.of(call.context)
    arns = [scope.arn("cloudwatch", f"alarm:{name}") for name in call.params["AlarmNames"]]
    if len(arns) > 1 and (unknown := [arn for arn in arns if arn not in store(scope).alarms]):
        raise aws_error("ResourceNotFound", f"Alarm {unknown[0].rsplit(':', 1)[1]} does not exist", 404)
    answer = call.proceed()
    for arn in arns:
        keys = [tag["Key"] for tag in store(scope).TAGS.list_tags_for_resource(arn).get("Tags", [])]
        store(scope).TAGS.untag_resource(arn, keys)
    return answer


@mend("cloudwatch", "DescribeAlarms")
def default_kinds(call: Call) -> Answer:
    """Leaves composite alarms out unless they are asked for, as AWS does."""
    answer = call.proceed()
    if "CompositeAlarm" not in (call.params.get("AlarmTypes") or []) and not call.params.get("AlarmNames"):
        answer["CompositeAlarms"] = []
    return answer
