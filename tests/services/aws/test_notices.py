"""The metadata service is asked with a token that is renewed; each of its three notices is read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from recommender.services.aws import metadata, notices
from recommender.services.aws.metadata import Metadata, MetadataUnavailable
from recommender.services.aws.notices import INTERRUPTION, LIFECYCLE_STATE, REBALANCE
from recommender.services.aws.watch import Watch
from tests.support.metadata_server import MetadataServer

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def service() -> Iterator[MetadataServer]:
    with MetadataServer("i-0123").running() as running:
        yield running


def test_one_token_serves_many_requests_until_it_is_refused(service: MetadataServer) -> None:
    client = Metadata(service.url)
    assert [client.get("instance-id") for _ in range(3)] == ["i-0123"] * 3
    assert service.n_tokens == 1
    service.tokens.clear()
    assert client.get("instance-id") == "i-0123"
    assert service.n_tokens == 2


def test_a_token_is_renewed_before_it_expires(service: MetadataServer) -> None:
    client = Metadata(service.url, token_lifetime=0)
    for _ in range(3):
        client.get("instance-id")
    assert service.n_tokens == 3


def test_what_is_not_there_is_none_and_a_service_that_is_not_there_is_an_error(service: MetadataServer) -> None:
    assert Metadata(service.url).get(INTERRUPTION) is None
    with pytest.raises(MetadataUnavailable, match="does not answer"):
        Metadata("http://127.0.0.1:1").get("instance-id")


def test_the_address_is_the_setting_of_the_aws_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", raising=False)
    assert metadata.address() == "http://169.254.169.254/"
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338")
    assert metadata.address() == "http://127.0.0.1:1338"


def test_a_machine_in_service_has_no_notice_after_three_paths_were_asked(service: MetadataServer) -> None:
    assert notices.read(Metadata(service.url)) is None
    assert service.asked == [INTERRUPTION, LIFECYCLE_STATE, REBALANCE]


def test_everything_must_be_done_20_seconds_before_an_interruption(service: MetadataServer) -> None:
    service.paths[INTERRUPTION] = '{"action": "stop", "time": "2026-11-27T22:00:20Z"}'
    notice = notices.read(Metadata(service.url))
    assert notice is not None
    assert (notice.deadline, notice.machine_may_stay) == (datetime(2026, 11, 27, 22, 0, tzinfo=UTC), False)
    assert "stop" in notice.why


@pytest.mark.parametrize("damaged", ["not JSON", "[]", '{"action": "terminate"}', '{"time": 7}'])
def test_a_notice_that_cannot_be_read_is_still_a_notice(service: MetadataServer, damaged: str) -> None:
    service.paths[INTERRUPTION] = damaged
    before = datetime.now(UTC)
    notice = notices.read(Metadata(service.url))
    assert notice is not None
    assert before < notice.deadline < before + AN_HOUR


@pytest.mark.parametrize(("state", "leaves"), [("Terminated", True), ("Warmed:Terminated", True), ("Standby", False)])
def test_a_machine_that_the_group_terminates_has_a_notice(service: MetadataServer, state: str, leaves: bool) -> None:
    service.paths[LIFECYCLE_STATE] = state
    notice = notices.read(Metadata(service.url))
    assert (notice is not None) == leaves


def test_a_recommendation_is_old_news_if_the_machine_was_not_replaced(service: MetadataServer) -> None:
    service.recommend_rebalance()
    fresh = notices.read(Metadata(service.url))
    assert fresh is not None
    assert fresh.machine_may_stay
    service.recommend_rebalance(seconds_ago=notices.REBALANCE_TIMEOUT.total_seconds() + 60)
    assert notices.read(Metadata(service.url)) is None


def test_an_interruption_goes_before_a_recommendation(service: MetadataServer) -> None:
    service.recommend_rebalance()
    service.interrupt()
    notice = notices.read(Metadata(service.url))
    assert notice is not None
    assert not notice.machine_may_stay


def test_without_a_metadata_service_it_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    watch = Watch(Metadata("http://127.0.0.1:1"))
    for _ in range(3):
        assert watch.look() is None
        watch._next_look = 0.0
        watch.protect_while_busy()
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "runs without notices" in caplog.text
    assert watch.leave()
