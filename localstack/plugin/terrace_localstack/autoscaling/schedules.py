"""Scheduled actions: the next start is computed from recurrence and time zone, and the action fires when it is due.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
"""

from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from localstack.aws.api import ServiceException

from terrace_localstack.autoscaling.capacity import reconcile
from terrace_localstack.autoscaling.cron import Cron, CronError
from terrace_localstack.autoscaling.store import Group, operation, store
from terrace_localstack.native import Scope
from terrace_localstack.runtime import CLOCK, aws_error

SIZES = ("MinSize", "MaxSize", "DesiredCapacity")
LIMIT = 125


@operation("PutScheduledUpdateGroupAction")
def put(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    _put(group, request)


def _put(group: Group, request: dict) -> None:
    name, now = request["ScheduledActionName"], datetime.now(UTC)
    sizes = {field: request[field] for field in SIZES if request.get(field) is not None}
    if not sizes:
        raise aws_error("ValidationError", "At least one of Min Size, Max Size or Desired Capacity must be specified")
    start = _utc(request.get("StartTime") or request.get("Time"))
    if start is None and not request.get("Recurrence"):
        raise aws_error("ValidationError", "Either StartTime or Recurrence must be specified")
    if start is not None and start <= now and not request.get("Recurrence"):
        raise aws_error("ValidationError", "Given start time is in the past")
    if len(group.schedules) >= LIMIT and name not in group.schedules:
        raise aws_error("LimitExceeded", f"A group can have {LIMIT} scheduled actions")
    old = group.schedules.get(name)
    action = {
        "AutoScalingGroupName": group.name,
        "ScheduledActionName": name,
        "ScheduledActionARN": old["ScheduledActionARN"] if old else group.scope.arn(
            "autoscaling", f"scheduledUpdateGroupAction:{uuid4()}:autoScalingGroupName/{group.name}:scheduledActionName/{name}"),
        **sizes,
    }  # fmt: skip
    for field in ("Recurrence", "TimeZone"):
        if request.get(field):
            action[field] = request[field]
    if end := _utc(request.get("EndTime")):
        action["EndTime"] = end
    action["StartTime"] = start if start and start > now else _next(action, now)
    action["Time"] = action["StartTime"]
    clash = any(
        each["StartTime"] == action["StartTime"]
        for each in group.schedules.values()
        if each["ScheduledActionName"] != name
    )
    if clash:
        raise aws_error(
            "AlreadyExists",
            f"A scheduled action with start time {action['StartTime']:%Y-%m-%dT%H:%M:%SZ} already exists for this group",
        )
    group.schedules[name] = action
    _arm(group, action)


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _next(action: dict, after: datetime) -> datetime:
    try:
        return Cron.parse(action["Recurrence"]).next(after, action.get("TimeZone", "UTC"))
    except CronError as error:
        raise aws_error(
            "ValidationError", f"Given recurrence string: {action['Recurrence']} or its time zone is invalid: {error}"
        ) from error


def _arm(group: Group, action: dict) -> None:
    wait = (action["StartTime"] - datetime.now(UTC)).total_seconds()
    CLOCK.at(max(wait, 0.001), partial(_fire, group, action))


def _fire(group: Group, action: dict) -> None:
    name = action["ScheduledActionName"]
    if group.schedules.get(name) is not action or store(group.scope).groups.get(group.name) is not group:
        return
    if group.does("ScheduledActions"):
        before, fields = group.desired, group.fields
        fields |= {field: action[field] for field in ("MinSize", "MaxSize") if field in action}
        wanted = action.get("DesiredCapacity", before)
        fields["DesiredCapacity"] = min(max(wanted, fields["MinSize"]), fields["MaxSize"])
        reconcile(
            group,
            f"scheduled action {name} was executed, changing the desired capacity from {before} to {group.desired}.",
        )
    following = _next(action, datetime.now(UTC)) if "Recurrence" in action else None
    if following is None or ("EndTime" in action and following > action["EndTime"]):
        del group.schedules[name]
        return
    action["StartTime"] = action["Time"] = following
    _arm(group, action)


@operation("BatchPutScheduledUpdateGroupAction")
def batch_put(scope: Scope, request: dict) -> dict:
    group, failed = store(scope).group(request["AutoScalingGroupName"]), []
    for each in request["ScheduledUpdateGroupActions"]:
        try:
            _put(group, each)
        except ServiceException as error:
            failed.append(
                {
                    "ScheduledActionName": each["ScheduledActionName"],
                    "ErrorCode": error.code,
                    "ErrorMessage": error.message,
                }
            )
    return {"FailedScheduledUpdateGroupActions": failed}


@operation("DescribeScheduledActions")
def describe(scope: Scope, request: dict) -> dict:
    """Answers for one group, or for the whole account."""
    groups = store(scope).groups
    chosen = (
        [store(scope).group(request["AutoScalingGroupName"])]
        if request.get("AutoScalingGroupName")
        else groups.values()
    )
    actions = [action for group in chosen for action in group.schedules.values()]
    if names := request.get("ScheduledActionNames"):
        actions = [
            action
            for action in actions
            if action["ScheduledActionName"] in names or action["ScheduledActionARN"] in names
        ]
    if start := _utc(request.get("StartTime")):
        actions = [action for action in actions if action["StartTime"] >= start]
    if end := _utc(request.get("EndTime")):
        actions = [action for action in actions if action["StartTime"] <= end]
    return {"ScheduledUpdateGroupActions": actions}


@operation("DeleteScheduledAction")
def delete(scope: Scope, request: dict) -> None:
    group, name = store(scope).group(request["AutoScalingGroupName"]), request["ScheduledActionName"]
    if group.schedules.pop(name, None) is None:
        raise aws_error("ValidationError", f"Scheduled action name not found: {name}")


@operation("BatchDeleteScheduledAction")
def batch_delete(scope: Scope, request: dict) -> dict:
    group, failed = store(scope).group(request["AutoScalingGroupName"]), []
    for name in request["ScheduledActionNames"]:
        if group.schedules.pop(name, None) is None:
            failed.append(
                {
                    "ScheduledActionName": name,
                    "ErrorCode": "ValidationError",
                    "ErrorMessage": f"Scheduled action name not found: {name}",
                }
            )
    return {"FailedScheduledActions": failed}
