"""The template, and the stack that moto makes of it."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from tests.support import aws_server
from tests.support.aws_server import AwsServer

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy/aws/movierec.yaml"
STACK = "movies"
UNSUPPORTED = re.compile(r"Tried to parse (\S+) but it's not supported")


@dataclass(frozen=True)
class Stack:
    """The stack on a server, and the types of resources that the server has left out."""

    aws: AwsServer
    left_out: frozenset[str]


def without_marks(value: Any) -> Any:
    """Return plain dicts, lists and text for those of cfn-lint."""
    if isinstance(value, dict):
        return {str(name): without_marks(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_marks(each) for each in value]
    return str(value) if isinstance(value, str) else value


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """The template, its short forms of functions spelled out."""
    parsed: dict[str, Any] = without_marks(cfn_yaml.load(str(TEMPLATE)))
    return parsed


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    """The properties of each resource."""
    return {name: each.get("Properties", {}) for name, each in template["Resources"].items()}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The stack, made on a server of its own."""
    with aws_server.running() as aws:
        zone = aws.client("route53").create_hosted_zone(Name="example.org", CallerReference="test")["HostedZone"]["Id"]
        certificate = aws.client("acm").request_certificate(DomainName="movies.example.org")["CertificateArn"]
        parameters = {
            "DomainName": "movies.example.org",
            "HostedZoneId": zone.rpartition("/")[2],
            "CertificateArn": certificate,
            "AlarmEmail": "alice@example.org",
            "ReleaseBucket": "releases",
        }
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            aws.client("cloudformation").create_stack(
                StackName=STACK,
                TemplateBody=TEMPLATE.read_text(),
                Capabilities=["CAPABILITY_IAM"],
                Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            )
        found = [UNSUPPORTED.match(str(each.message)) for each in caught]
        yield Stack(aws, frozenset(match[1] for match in found if match))
