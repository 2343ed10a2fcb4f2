"""This machine in its Auto Scaling group: it says when it may be terminated, and when it must not be."""

import logging
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

logger = logging.getLogger(__name__)
QUICKLY = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})
NOT_ASKED = "No active Lifecycle Action"


class GroupMember:
    """An instance of the group AUTO_SCALING_GROUP; without that setting it belongs to none and does nothing."""

    def __init__(self, instance_id: str) -> None:
        self.instance_id = instance_id
        self._protected = False

    def leave(self) -> bool:
        """Tell the group that the instance may be terminated now; return False if it should be told again later."""
        if not settings.AUTO_SCALING_GROUP:
            return True
        try:
            self._client.complete_lifecycle_action(
                AutoScalingGroupName=settings.AUTO_SCALING_GROUP,
                LifecycleHookName=settings.LIFECYCLE_HOOK,
                InstanceId=self.instance_id,
                LifecycleActionResult="CONTINUE",
            )
        except (BotoCoreError, ClientError) as error:
            if NOT_ASKED not in str(error):  # the group waits for us only once it has begun to terminate the instance
                logger.warning("The lifecycle action could not be completed; trying again: %s", error)
            return False
        return True

    def protect(self, protected: bool) -> None:
        """Keep the group from choosing this instance when it needs fewer, or allow it again."""
        if protected == self._protected or not settings.AUTO_SCALING_GROUP:
            return
        try:
            self._client.set_instance_protection(
                AutoScalingGroupName=settings.AUTO_SCALING_GROUP,
                InstanceIds=[self.instance_id],
                ProtectedFromScaleIn=protected,
            )
            self._protected = protected
        except (BotoCoreError, ClientError) as error:
            logger.warning("The protection from scale-in could not be changed; trying again: %s", error)

    @cached_property
    def _client(self) -> Any:
        return boto3.client("autoscaling", config=QUICKLY)
