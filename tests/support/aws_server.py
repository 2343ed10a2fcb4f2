"""AWS on this machine: moto over HTTP, with what it lacks and we use added to it."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import urllib3
from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import AutoScalingBackend, InstanceState, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.common_models import CloudFormationModel
from moto.core.responses import EmptyResult
from moto.rds.models import DBParameterGroup
from moto.secretsmanager.models import secretsmanager_backends
from moto.server import ThreadedMotoServer

from tests.support.processes import PATIENCE

REGION, ACCOUNT = "us-east-1", "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": REGION}
WAITING = "Terminating:Wait"


class AwsServer:
    """A server of all of AWS, empty at first."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}

    def client(self, service: str) -> Any:
        """Return a client of a service."""
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **keys)  # type: ignore[call-overload]

    def make_group(self, name: str, hook: str, *, n_instances: int) -> None:
        """Make an Auto Scaling group with a termination hook and so many instances."""
        autoscaling = self.client("autoscaling")
        image = self.client("ec2").describe_images()["Images"][0]["ImageId"]
        autoscaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=image, InstanceType="t2.micro")
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name, LaunchConfigurationName=name, AvailabilityZones=[f"{REGION}a"],
            MinSize=0, MaxSize=n_instances, DesiredCapacity=n_instances,
        )  # fmt: skip
        transition = "autoscaling:EC2_INSTANCE_TERMINATING"
        autoscaling.put_lifecycle_hook(
            AutoScalingGroupName=name, LifecycleHookName=hook, LifecycleTransition=transition
        )

    def is_protected(self, instance_id: str) -> bool:
        """Tell whether an instance is protected from scale-in."""
        found = self.client("autoscaling").describe_auto_scaling_instances(InstanceIds=[instance_id])
        return bool(found["AutoScalingInstances"][0]["ProtectedFromScaleIn"])

    def instances_of(self, group: str) -> list[str]:
        """Return the ids of the instances of an Auto Scaling group."""
        found = self.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
        return [each["InstanceId"] for each in found["AutoScalingGroups"][0]["Instances"]]

    def begin_to_terminate(self, instance_id: str) -> None:
        """Let the group wait for the instance's lifecycle action, as it does once it has chosen the instance."""
        _state_of(autoscaling_backends[ACCOUNT][REGION], instance_id).lifecycle_state = WAITING


@contextlib.contextmanager
def running() -> Iterator[AwsServer]:
    """Run the server; this process and those it starts have it as AWS."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        aws = AwsServer(f"http://{host}:{port}")
        # All servers of a process have the same contents.
        urllib3.request("POST", f"{aws.url}/moto-api/reset", timeout=PATIENCE)
        with mock.patch.dict(os.environ, aws.environment):
            yield aws
    finally:
        server.stop()


def _state_of(backend: AutoScalingBackend, instance_id: str) -> InstanceState:
    states = [state for group in backend.autoscaling_groups.values() for state in group.instance_states]
    found = [state for state in states if state.instance.id == instance_id]
    if not found:
        raise ValidationError(f"Instance Id not found - No managed instance found for instance ID {instance_id}")
    return found[0]


def _complete_lifecycle_action(self: AutoScalingResponse) -> EmptyResult:
    """CompleteLifecycleAction, which moto does not have: the instance goes if the group is waiting for it."""
    backend, instance_id = self.autoscaling_backend, self._get_param("InstanceId")
    group, hook = self._get_param("AutoScalingGroupName"), self._get_param("LifecycleHookName")
    state = _state_of(backend, instance_id)
    hooks = backend.describe_lifecycle_hooks(group, [hook])
    if state.lifecycle_state != WAITING or not hooks or state.instance.autoscaling_group.name != group:  # type: ignore[attr-defined]
        raise ValidationError(f"No active Lifecycle Action found with instance ID {instance_id}")
    backend.terminate_instance(instance_id, should_decrement=True)
    return EmptyResult()


class _Secret(CloudFormationModel):
    """AWS::SecretsManager::Secret, which moto makes through its API only."""

    def __init__(self, arn: str) -> None:
        self.physical_resource_id = arn  # type: ignore[misc]

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::Secret"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "_Secret":
        secrets = secretsmanager_backends[account_id][region_name]
        wanted = cloudformation_json["Properties"]["GenerateSecretString"]
        password = "p" * int(wanted["PasswordLength"])
        client = {"tags": None, "kms_key_id": None, "client_request_token": None, "replica_regions": []}
        secrets.create_secret(
            resource_name, secret_string=password, secret_binary=None, description=None, force_overwrite=False, **client
        )
        return cls(secrets.describe_secret(resource_name).arn)


AutoScalingResponse.complete_lifecycle_action = _complete_lifecycle_action  # type: ignore[attr-defined]
DBParameterGroup.physical_resource_id = property(lambda self: self.name)  # type: ignore[attr-defined]
