"""Whatever the description of the API allows, and much it does not, is answered as it says: never by a server error."""

import uuid

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from recommender.api import api

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
TOO_LONG_FOR_GUNICORN = 414
AUTH = "/api/auth/browser/v1"

schema = schemathesis.openapi.from_dict(api.get_openapi_schema())


@pytest.fixture(scope="session")
def member(site_url: str) -> requests.Session:
    """Somebody who has signed up at the running site."""
    session = requests.Session()
    session.get(f"{site_url}{AUTH}/config")
    account = {"email": f"{uuid.uuid4().hex}@example.org", "password": "popcorn at nine"}
    headers = {"X-CSRFToken": session.cookies["csrftoken"]}
    session.post(f"{site_url}{AUTH}/auth/signup", json=account, headers=headers).raise_for_status()
    session.headers["X-CSRFToken"] = session.cookies["csrftoken"]
    return session


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_it_answers_as_described(case: schemathesis.Case, site_url: str, member: requests.Session) -> None:
    for name in case.path_parameters or {}:
        if name == "movie_id":
            case.path_parameters[name] = 1  # else it is a movie that there is not, nearly always
    answer = case.call(base_url=site_url, session=member)
    if answer.status_code != TOO_LONG_FOR_GUNICORN:
        case.validate_response(answer, checks=CHECKS)
