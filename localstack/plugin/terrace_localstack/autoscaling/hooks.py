"""Lifecycle hooks: an instance waits in ``Pending:Wait`` or ``Terminating:Wait`` until someone completes the action.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
"""

from terrace_localstack.autoscaling.capacity import complete
from terrace_localstack.autoscaling.store import operation, store
from terrace_localstack.native import Scope
from terrace_localstack.runtime import aws_error

FIELDS = (
    "LifecycleTransition",
    "RoleARN",
    "NotificationTargetARN",
    "NotificationMetadata",
    "HeartbeatTimeout",
    "DefaultResult",
)


@operation("PutLifecycleHook")
def put(scope: Scope, request: dict) -> None:
    group, name = store(scope).group(request["AutoScalingGroupName"]), request["LifecycleHookName"]
    hook = group.hooks.get(name)
    if hook is None:
        if "LifecycleTransition" not in request:
            raise aws_error("ValidationError", "Lifecycle transition must be specified for a new hook")
        hook = {
            "LifecycleHookName": name,
            "AutoScalingGroupName": group.name,
            "HeartbeatTimeout": 3600,
            "DefaultResult": "ABANDON",
        }
    hook = hook | {field: request[field] for field in FIELDS if field in request}
    hook["GlobalTimeout"] = min(172_800, hook["HeartbeatTimeout"] * 100)
    if not 30 <= hook["HeartbeatTimeout"] <= 7200:
        raise aws_error("ValidationError", "HeartbeatTimeout must be from 30 to 7200 seconds")
    if hook["DefaultResult"] not in ("CONTINUE", "ABANDON"):
        raise aws_error("ValidationError", "DefaultResult must be CONTINUE or ABANDON")
    group.hooks[name] = hook


@operation("DescribeLifecycleHooks")
def describe(scope: Scope, request: dict) -> dict:
    hooks = store(scope).group(request["AutoScalingGroupName"]).hooks
    wanted = request.get("LifecycleHookNames") or list(hooks)
    return {"LifecycleHooks": [hooks[name] for name in wanted if name in hooks]}


@operation("DeleteLifecycleHook")
def delete(scope: Scope, request: dict) -> None:
    group, name = store(scope).group(request["AutoScalingGroupName"]), request["LifecycleHookName"]
    if group.hooks.pop(name, None) is None:
        raise aws_error(
            "ValidationError", f"No Lifecycle Hook found with name: {name} and AutoScalingGroup: {group.name}"
        )
    for identity in list(group.waiting):
        complete(group, identity, name, "CONTINUE")


@operation("CompleteLifecycleAction")
def complete_action(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    waiting = {wait["token"]: identity for identity, wait in group.waiting.items()}
    identity = request.get("InstanceId") or waiting.get(request.get("LifecycleActionToken"))
    if identity is None or not complete(
        group, identity, request["LifecycleHookName"], request["LifecycleActionResult"]
    ):
        raise aws_error("ValidationError", f"No active Lifecycle Action found with instance ID {identity}")


@operation("RecordLifecycleActionHeartbeat")
def heartbeat(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    if request.get("InstanceId") not in group.waiting:
        raise aws_error(
            "ValidationError", f"No active Lifecycle Action found with instance ID {request.get('InstanceId')}"
        )


@operation("DescribeLifecycleHookTypes")
def types(scope: Scope, request: dict) -> dict:
    return {"LifecycleHookTypes": ["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"]}
