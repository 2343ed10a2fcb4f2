"""Moto makes a stack of the template, and what moto leaves out is checked here; `make lint` runs cfn-lint."""

import base64
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from movierec_site import env, parameter_store
from recommender.services.aws import figures, notices
from tests.aws.conftest import STACK, TEMPLATE, Stack
from tests.support.aws_server import ACCOUNT, REGION

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse")
ROOT = TEMPLATE.parents[2]
LEFT_OUT_BY_MOTO = frozenset(
    {
        "AWS::AutoScaling::LifecycleHook",
        "AWS::AutoScaling::ScalingPolicy",
        "AWS::Budgets::Budget",
        "AWS::CloudWatch::Alarm",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SQS::QueuePolicy",
    }
)
NOT_MADE_HERE = frozenset({"AWS::CertificateManager::Certificate"})
"""The stack of the test has a certificate already, as moto's load balancer refuses one that moto cannot make."""
WITHOUT_ID = frozenset({"AWS::RDS::DBSubnetGroup"})
"""Moto makes it and forgets to say so; the database is in it."""
GROUP = f"{STACK}-worker"
Resources = dict[str, Any]


def filled_in(value: Any) -> Any:
    """Return a value of the template as CloudFormation would send it: names and parameters of the stack filled in."""
    known = {
        "AWS::StackName": STACK, "WorkerGroup": GROUP, "QueuedSecondsPerWorker": 300, "WorkersFromZero": "arn:policy",
        "AlarmTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms", "Database": "movies-database",
    }  # fmt: skip
    if isinstance(value, dict) and set(value) == {"Ref"}:
        return known[value["Ref"]]
    if isinstance(value, dict) and set(value) == {"Fn::GetAtt"}:
        return "app/movies/0123"
    if isinstance(value, dict) and set(value) == {"Fn::Sub"}:
        return re.sub(r"\$\{([\w:]+)\}", lambda match: str(known[match[1]]), value["Fn::Sub"])
    if isinstance(value, dict):
        return {name: filled_in(each) for name, each in value.items()}
    return [filled_in(each) for each in value] if isinstance(value, list) else value


def test_moto_makes_the_whole_stack_except_what_is_named(stack: Stack, template: dict[str, Any]) -> None:
    cloudformation = stack.aws.client("cloudformation")
    assert cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    assert stack.left_out == LEFT_OUT_BY_MOTO
    wanted = {
        name
        for name, each in template["Resources"].items()
        if each["Type"] not in LEFT_OUT_BY_MOTO | NOT_MADE_HERE | WITHOUT_ID
    }  # fmt: skip
    resources = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    made = {each["LogicalResourceId"] for each in resources if each.get("PhysicalResourceId")}
    assert made >= wanted
    assert stack.aws.client("rds").describe_db_instances()["DBInstances"][0]["DBSubnetGroup"]


def test_every_named_type_is_in_the_template(template: dict[str, Any]) -> None:
    assert {each["Type"] for each in template["Resources"].values()} >= LEFT_OUT_BY_MOTO | NOT_MADE_HERE


def test_workers_are_spot_machines_of_many_types_from_none_to_the_maximum(stack: Stack) -> None:
    groups = stack.aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])
    group = groups["AutoScalingGroups"][0]
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (0, 0, 10)
    policy = group["MixedInstancesPolicy"]
    assert len({each["InstanceType"] for each in policy["LaunchTemplate"]["Overrides"]}) >= 8
    assert policy["InstancesDistribution"]["SpotAllocationStrategy"] == "price-capacity-optimized"
    assert policy["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == 0


def test_moto_drops_what_the_worker_group_says_about_rebalancing(resources: Resources) -> None:
    group = resources["WorkerGroup"]
    assert group["CapacityRebalance"] is True
    assert group["MetricsCollection"] == [{"Granularity": "1Minute", "Metrics": ["GroupInServiceInstances"]}]
    distribution = group["MixedInstancesPolicy"]["InstancesDistribution"]
    assert distribution["SpotMaxPrice"] == {
        "Fn::If": ["HasMaxSpotPrice", {"Ref": "MaxSpotPrice"}, {"Ref": "AWS::NoValue"}]
    }


def test_the_hook_gives_the_worker_the_time_that_it_counts_on(stack: Stack, resources: Resources) -> None:
    hook = filled_in(resources["WorkerHook"])
    autoscaling = stack.aws.client("autoscaling")
    autoscaling.put_lifecycle_hook(**hook)
    (made,) = autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=GROUP)["LifecycleHooks"]
    assert made["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    assert made["HeartbeatTimeout"] == notices.HOOK_TIMEOUT.total_seconds()
    assert resources["HookName"]["Value"] == made["LifecycleHookName"]
    assert filled_in(resources["WorkerGroupName"]["Value"]) == made["AutoScalingGroupName"]


def test_workers_follow_queued_seconds(stack: Stack, resources: Resources) -> None:
    policy = filled_in(resources["WorkerScaling"])
    autoscaling = stack.aws.client("autoscaling")
    autoscaling.put_scaling_policy(PolicyName="follow", **policy)
    (made,) = autoscaling.describe_policies(PolicyNames=["follow"])["ScalingPolicies"]
    tracking = made["TargetTrackingConfiguration"]
    assert tracking["TargetValue"] == 300
    metrics = policy["TargetTrackingConfiguration"]["CustomizedMetricSpecification"]["Metrics"]
    published = {each["MetricStat"]["Metric"]["MetricName"] for each in metrics if "MetricStat" in each}
    assert published == {"QueuedSeconds", "BusyWorkers", "GroupInServiceInstances"}
    assert [each["Id"] for each in metrics if each["ReturnData"]] == ["perworker"]


@pytest.mark.parametrize(
    ("workers", "queued", "busy", "per_worker"),
    [(0, 900, 0, 0), (2, 1200, 2, 600), (4, 0, 0, 0), (4, 0, 1, 75), (4, 0, 4, 300), (2, 30, 2, 300)],
)
def test_busy_workers_stay_and_idle_ones_go(
    resources: Resources, workers: int, queued: int, busy: int, per_worker: float
) -> None:
    metrics = filled_in(resources["WorkerScaling"])["TargetTrackingConfiguration"]["CustomizedMetricSpecification"]
    (expression,) = [each["Expression"] for each in metrics["Metrics"] if "Expression" in each]
    functions = {"IF": lambda condition, yes, no: yes if condition else no}
    values = {"workers": workers or 1e-9, "queued": queued, "busy": busy}  # both branches of IF are computed here
    if workers == 0:
        expression = expression.replace("workers > 0", "False")
    assert eval(expression, functions, values) == per_worker


def test_the_first_workers_come_by_steps_as_nothing_times_zero_is_zero(stack: Stack, resources: Resources) -> None:
    autoscaling, cloudwatch = stack.aws.client("autoscaling"), stack.aws.client("cloudwatch")
    autoscaling.put_scaling_policy(PolicyName="first", **filled_in(resources["WorkersFromZero"]))
    (policy,) = autoscaling.describe_policies(PolicyNames=["first"])["ScalingPolicies"]
    alarm = filled_in(resources["WorkWithoutWorkers"]) | {"AlarmActions": [policy["PolicyARN"]]}
    cloudwatch.put_metric_alarm(AlarmName="first", **alarm)
    (made,) = cloudwatch.describe_alarms(AlarmNames=["first"])["MetricAlarms"]
    assert (made["Threshold"], made["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert policy["AdjustmentType"] == "ExactCapacity"
    steps = resources["WorkersFromZero"]["StepAdjustments"]
    assert [step["MetricIntervalLowerBound"] for step in steps] == [0, 900, 3600]
    assert [step["ScalingAdjustment"] for step in steps] == [1, 3, 10]
    assert resources["WorkWithoutWorkers"]["AlarmActions"] == [{"Ref": "WorkersFromZero"}]


def test_there_is_an_alarm_for_everything_that_goes_wrong(stack: Stack, template: dict[str, Any]) -> None:
    cloudwatch = stack.aws.client("cloudwatch")
    runbook = (ROOT / "docs/operations/aws.md").read_text()
    alarms = {
        name: each["Properties"]
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::CloudWatch::Alarm" and name != "WorkWithoutWorkers"
    }
    assert set(alarms) == {
        "QueueAgeAlarm", "FailedJobsAlarm", "NoFiguresAlarm", "RestoreDrillAlarm", "FreeStorageAlarm",
        "ServerErrorsAlarm", "SlowPagesAlarm",
    }  # fmt: skip
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert f"| `{name}` |" in runbook
        cloudwatch.put_metric_alarm(AlarmName=name, **filled_in(alarm))
    made = cloudwatch.describe_alarms(AlarmNames=list(alarms))["MetricAlarms"]
    assert {each["AlarmName"]: each["AlarmDescription"] for each in made} == {
        name: alarm["AlarmDescription"] for name, alarm in alarms.items()
    }


@pytest.mark.django_db
def test_every_metric_of_ours_is_published(settings: Any, tmp_path: Path) -> None:
    ours = re.findall(
        r"Namespace: ?!Sub \"?movierec/\$\{AWS::StackName\}\"?,?\s+MetricName: (\w+)", TEMPLATE.read_text()
    )
    settings.DATA_DIR = tmp_path
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/drill.json").write_text('{"last_good_at": "2026-11-27T03:00:00+00:00"}')
    assert set(ours) == set(figures.of_jobs()) | set(figures.of_this_machine())


def test_the_database_is_encrypted_backed_up_and_protected(stack: Stack, template: dict[str, Any]) -> None:
    (database,) = stack.aws.client("rds").describe_db_instances()["DBInstances"]
    assert database["StorageEncrypted"]
    assert not database["PubliclyAccessible"]
    assert database["BackupRetentionPeriod"] == 14
    ours = template["Resources"]["Database"]
    assert (ours["DeletionPolicy"], ours["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert ours["Properties"]["DeletionProtection"] == {"Ref": "DeletionProtection"}  # dropped by moto, so read here
    assert template["Parameters"]["DeletionProtection"]["Default"] == "true"
    assert template["Resources"]["DatabaseParameters"]["Properties"]["Parameters"] == {"rds.force_ssl": "1"}


def test_the_bucket_is_private_versioned_and_tidy(resources: Resources) -> None:
    bucket = resources["Bucket"]  # moto makes it without all of this
    assert bucket["VersioningConfiguration"]["Status"] == "Enabled"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert {"NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"} <= set(rule)
    for policy in ("BucketPolicy", "QueuePolicy"):
        (statement,) = resources[policy]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_site_is_reached_over_tls_alone(stack: Stack) -> None:
    elb = stack.aws.client("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    actions = {each["Port"]: each["DefaultActions"][0]["Type"] for each in listeners}
    assert actions == {443: "forward", 80: "redirect"}
    groups = stack.aws.client("ec2").describe_security_groups()["SecurityGroups"]
    open_to_all = {
        (group["Description"], rule["FromPort"])
        for group in groups
        for rule in group["IpPermissions"]
        if any(each["CidrIp"] == "0.0.0.0/0" for each in rule["IpRanges"])
    }
    assert open_to_all == {("movierec - the load balancer, for everybody", port) for port in (80, 443)}


@pytest.mark.parametrize("name", ["WebTemplate", "WorkerTemplate", "SchedulerTemplate"])
def test_machines_answer_metadata_only_with_tokens_and_encrypt_their_disks(resources: Resources, name: str) -> None:
    data = resources[name]["LaunchTemplateData"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert all(each["Ebs"]["Encrypted"] for each in data["BlockDeviceMappings"])
    kind = name.removesuffix("Template").lower()
    script = data["UserData"]["Fn::Base64"]["Fn::Sub"]
    assert f"first_boot.sh {kind} /opt/movierec-release /${{AWS::StackName}}/" in script


def test_machines_boot_once_all_settings_are_there_and_the_database_is_migrated(template: dict[str, Any]) -> None:
    settings = {name for name, each in template["Resources"].items() if each["Type"] == "AWS::SSM::Parameter"}
    scheduler = template["Resources"]["SchedulerGroup"]
    assert set(scheduler["DependsOn"]) == settings
    assert scheduler["UpdatePolicy"]["AutoScalingRollingUpdate"]["WaitOnResourceSignals"] is True
    assert scheduler["CreationPolicy"]["ResourceSignal"]["Count"] == 1
    script = template["Resources"]["SchedulerTemplate"]["Properties"]["LaunchTemplateData"]["UserData"]["Fn::Base64"]
    assert re.search(r"systemctl start movierec-migrate.service\n\s*status=SUCCESS", script["Fn::Sub"])
    for group in ("WebGroup", "WorkerGroup"):
        assert "SchedulerGroup" in template["Resources"][group]["DependsOn"]


def test_what_machines_run_first_is_a_script_that_bash_reads(stack: Stack) -> None:
    ec2 = stack.aws.client("ec2")
    versions = [
        ec2.describe_launch_template_versions(LaunchTemplateId=each["LaunchTemplateId"])["LaunchTemplateVersions"][0]
        for each in ec2.describe_launch_templates()["LaunchTemplates"]
    ]
    scripts = [base64.b64decode(each["LaunchTemplateData"]["UserData"]).decode() for each in versions]
    assert len(scripts) == 3
    for script in scripts:
        assert script.startswith("#!/bin/bash\nset -euo pipefail\n")
        assert "${" not in script
        assert "s3://releases/releases/current/ /opt/movierec-release/" in script
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_budget_writes_before_it_is_spent(resources: Resources) -> None:
    warned = resources["Budget"]["NotificationsWithSubscribers"]
    assert {(each["Notification"]["NotificationType"], each["Notification"]["Threshold"]) for each in warned} == {
        ("ACTUAL", 80), ("FORECASTED", 100),
    }  # fmt: skip
    assert resources["AlarmSubscription"]["Endpoint"] == {"Ref": "AlarmEmail"}


def test_machines_read_every_setting_they_need_from_the_stack(stack: Stack) -> None:
    settings = parameter_store.read(f"/{STACK}/")
    documented = set(re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert set(settings) - documented == {"PGPASSWORD", "AWS_DEFAULT_REGION"}  # of libpq, the SDK ...
    assert env.database(settings["DATABASE_URL"])["OPTIONS"] == {"sslmode": "require"}
    assert len(settings["SECRET_KEY"]) == 60
    assert settings["ARTIFACT_BUCKET"] == stack.aws.client("s3").list_buckets()["Buckets"][0]["Name"]
    assert settings["SQS_QUEUE_URL"] == stack.aws.client("sqs").list_queues()["QueueUrls"][0].replace(
        stack.aws.url, "https://sqs.us-east-1.amazonaws.com"
    )
    assert settings["AUTO_SCALING_GROUP"] == GROUP
    assert parameter_store.as_environment_file(settings)
