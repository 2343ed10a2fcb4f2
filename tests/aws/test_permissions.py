"""Each kind of machine may do what its services do, to what belongs to this stack, and nothing else."""

from typing import Any

import pytest

Resources = dict[str, Any]
ROLES = ("WebRole", "WorkerRole", "SchedulerRole")
ALLOWED = {
    "EveryMachine": {
        "ssm:GetParametersByPath",
        "secretsmanager:GetSecretValue",
        "s3:GetObject",
        "s3:ListBucket",
    },
    "WebRole": {
        "sqs:SendMessage", "sqs:GetQueueAttributes",
        "s3:GetObject", "s3:ListBucket",
        "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents",
    },
    "WorkerRole": {
        "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
        "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListBucket",
        "autoscaling:CompleteLifecycleAction", "autoscaling:SetInstanceProtection",
        "cloudwatch:PutMetricData",
        "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents",
    },
    "SchedulerRole": {
        "sqs:SendMessage", "sqs:GetQueueAttributes",
        "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListBucket",
        "cloudwatch:PutMetricData", "cloudformation:SignalResource",
        "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents",
    },
}  # fmt: skip
WITHOUT_RESOURCES = {"cloudwatch:PutMetricData"}
"""Actions that AWS can limit by a condition only."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements_of(resources: Resources, name: str) -> list[dict[str, Any]]:
    """Return the statements of a role or of the policy of all of them."""
    policies = resources[name].get("Policies", [resources[name]])
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


@pytest.mark.parametrize("name", ALLOWED)
def test_it_may_do_what_is_listed_here(resources: Resources, name: str) -> None:
    actions = [action for statement in statements_of(resources, name) for action in as_list(statement["Action"])]
    assert set(actions) == ALLOWED[name]
    assert not any("*" in action for action in actions)


@pytest.mark.parametrize("name", ALLOWED)
def test_it_may_do_so_to_what_belongs_to_the_stack(resources: Resources, name: str) -> None:
    for statement in statements_of(resources, name):
        assert statement["Effect"] == "Allow"
        if statement["Resource"] == "*":
            assert set(as_list(statement["Action"])) <= WITHOUT_RESOURCES
            assert statement["Condition"]["StringEquals"]["cloudwatch:namespace"] == {
                "Fn::Sub": "movierec/${AWS::StackName}"
            }
            continue
        for resource in as_list(statement["Resource"]):
            function, value = next(iter(resource.items()))
            assert function in ("Ref", "Fn::GetAtt", "Fn::Sub")
            text = str(value)
            owner = ("${AWS::StackName}", "${ReleaseBucket}", "${Bucket.Arn}")
            assert function != "Fn::Sub" or any(each in text for each in owner), text


def test_there_are_no_other_roles_and_no_policies_of_aws(template: dict[str, Any], resources: Resources) -> None:
    roles = {name for name, each in template["Resources"].items() if each["Type"].startswith("AWS::IAM::Role")}
    assert roles == set(ROLES)
    for role in ROLES:
        assert resources[role]["ManagedPolicyArns"] == [{"Ref": "EveryMachine"}]
        (trusted,) = resources[role]["AssumeRolePolicyDocument"]["Statement"]
        assert trusted["Principal"] == {"Service": "ec2.amazonaws.com"}
