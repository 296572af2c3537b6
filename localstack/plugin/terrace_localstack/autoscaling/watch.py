"""Groups notice when someone else stops or terminates their instances, and replace them.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
"""

from terrace_localstack.autoscaling.capacity import reconcile
from terrace_localstack.autoscaling.store import store
from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend


@mend("ec2", "TerminateInstances", "StopInstances")
def notice(call: Call) -> Answer:
    answer = call.proceed()
    touched = set(call.params.get("InstanceIds", []))
    for group in list(store(Scope.of(call.context)).groups.values()):
        if touched & set(group.instances):
            reconcile(group, "an instance was taken out of service in response to an EC2 health check.")
    return answer
