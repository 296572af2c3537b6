"""EC2's ``DryRun``: the call is checked for permission and is not carried out.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
"""

from terrace_localstack.pipeline import Answer, Call, layer
from terrace_localstack.runtime import aws_error


@layer
def dry_run(call: Call) -> Answer:
    if call.service == "ec2" and call.params.get("DryRun"):
        raise aws_error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
    return call.proceed()
