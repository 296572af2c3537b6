"""A LocalStack for the tests, and clients for it: each test is an AWS account of its own, so that none sees another's objects.

``TERRACE_LOCALSTACK_ENDPOINT`` names a LocalStack that runs already; else one is started on a spare port. States last no time
(one unit is 0 s), except in tests that ask for :func:`slow`.
"""

import contextlib
import os
import pathlib
import random
import socket
import subprocess
import time
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="session")
def endpoint():
    if given := os.environ.get("TERRACE_LOCALSTACK_ENDPOINT"):
        yield given
        return
    with another() as started:
        yield started


@contextlib.contextmanager
def another():
    """Starts a LocalStack on a spare port, and stops it in the end."""
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    environment = os.environ | {"TERRACE_LOCALSTACK_PORT": str(port), "TERRACE_LOCALSTACK_DELAY": "0"}
    subprocess.run([ROOT / "start"], env=environment, check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run([ROOT / "stop"], env=environment, check=True, stdout=subprocess.DEVNULL)


class Account:
    """Clients of one account: ``aws.ec2.describe_vpcs()``; and what most tests need first."""

    def __init__(self, endpoint: str, region: str = "us-east-1", account: str | None = None) -> None:
        self.endpoint, self.region = endpoint, region
        self.account = account or str(random.randrange(10**11, 10**12))
        self._clients = {}

    def __getattr__(self, service: str):
        if service not in self._clients:
            self._clients[service] = boto3.client(
                {"tagging": "resourcegroupstaggingapi", "application_autoscaling": "application-autoscaling"}.get(
                    service, service
                ),
                endpoint_url=self.endpoint,
                region_name=self.region,
                aws_access_key_id=self.account,
                aws_secret_access_key="test",
                config=Config(retries={"max_attempts": 0}, read_timeout=60, parameter_validation=False),
            )
        return self._clients[service]

    def elsewhere(self, region: str) -> "Account":
        return Account(self.endpoint, region, self.account)

    def vpc(self, cidr: str = "10.0.0.0/16") -> str:
        return self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]

    def subnets(self, vpc: str, count: int = 2) -> list[str]:
        """Makes subnets in as many zones."""
        return [
            self.ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{self.region}{'abcdef'[n]}"
            )["Subnet"]["SubnetId"]
            for n in range(count)
        ]

    def gateway(self, vpc: str) -> str:
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        return gateway

    def network(self, count: int = 2) -> tuple[str, list[str]]:
        vpc = self.vpc()
        self.gateway(vpc)
        return vpc, self.subnets(vpc, count)

    def image(self) -> str:
        images = self.ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["amzn2-ami-hvm-*"]}])[
            "Images"
        ]
        return images[0]["ImageId"]


@pytest.fixture
def aws(endpoint) -> Account:
    return Account(endpoint)


@pytest.fixture
def slow(endpoint):
    """One unit of time is 1 s during the test."""
    _delay(endpoint, 1)
    yield
    _delay(endpoint, 0)


def _delay(endpoint: str, seconds: float) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_terrace/delay/{seconds}", method="POST"))


@contextlib.contextmanager
def raises(code: str):
    """Expects AWS's error code."""
    with pytest.raises(ClientError) as caught:
        yield caught
    assert caught.value.response["Error"]["Code"] == code, caught.value


def eventually(condition, timeout: float = 10):
    """Waits until the condition holds, and returns what it answered."""
    end = time.monotonic() + timeout
    while True:
        if found := condition():
            return found
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.05)


@pytest.fixture
def net(aws):
    """A VPC with an internet gateway and two subnets."""
    vpc = aws.vpc()
    gateway = aws.gateway(vpc)
    subnet, other = aws.subnets(vpc)
    return {"vpc": vpc, "gateway": gateway, "subnet": subnet, "other": other}


def launch(aws, net, **more):
    parameters = {
        "ImageId": aws.image(),
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": net["subnet"],
    } | more
    answer = aws.ec2.run_instances(**{key: value for key, value in parameters.items() if value is not None})
    return answer["Instances"][0]["InstanceId"]


def instance_of(aws, identity):
    return aws.ec2.describe_instances(InstanceIds=[identity])["Reservations"][0]["Instances"][0]


def attribute(aws, identity, name):
    found = aws.ec2.describe_instance_attribute(InstanceId=identity, Attribute=name)
    return found[name[0].upper() + name[1:]].get("Value")


def profile(aws, name="p"):
    aws.iam.create_instance_profile(InstanceProfileName=name)
    return name


@pytest.fixture
def site(aws):
    """A VPC, two subnets, a launch template and a target group behind a load balancer."""
    vpc, subnets = aws.network()
    template = aws.ec2.create_launch_template(
        LaunchTemplateName="template", LaunchTemplateData={"ImageId": aws.image(), "InstanceType": "t3.micro"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    group = aws.elbv2.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0][
        "TargetGroupArn"
    ]
    balancer = aws.elbv2.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    aws.elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return {"vpc": vpc, "subnets": subnets, "template": template, "group": group}


def create_group(aws, site, name="g", **more):
    parameters = {
        "AutoScalingGroupName": name,
        "MinSize": 0,
        "MaxSize": 4,
        "VPCZoneIdentifier": ",".join(site["subnets"]),
        "LaunchTemplate": {"LaunchTemplateId": site["template"], "Version": "$Latest"},
    }
    parameters |= more
    aws.autoscaling.create_auto_scaling_group(**{key: value for key, value in parameters.items() if value is not None})


def find_group(aws, name="g"):
    return aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]


def live(aws):
    reservations = aws.ec2.describe_instances(
        Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    )["Reservations"]
    return [instance for reservation in reservations for instance in reservation["Instances"]]


def targets(aws, site):
    return aws.elbv2.describe_target_health(TargetGroupArn=site["group"])["TargetHealthDescriptions"]
