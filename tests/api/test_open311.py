"""Other programs read the list and put demands on it, as Open311 GeoReport v2 says."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import httpx2
import pytest

from deliberation.api import georeport
from deliberation.api.georeport import Wrong
from deliberation.api.xml import document
from deliberation.demands.models import Demand
from deliberation.people import access
from tests.flows.hall import ON_THE_DAY, Hall, open_hall

pytestmark = pytest.mark.anyio

FIELDS = {
    *("service_request_id", "status", "status_notes", "service_name", "service_code"),
    *("description", "agency_responsible", "service_notice", "requested_datetime"),
    *("updated_datetime", "expected_datetime", "address", "address_id", "zipcode"),
    *("lat", "long", "media_url"),
}
HOLE = {
    "service_code": "facilities",
    "lat": "39.907500",
    "long": "116.397230",
    "address_string": "东门外 <人行道>",
    "description": "路面塌陷。\n很深 & 很宽",
    "email": "smit333@sfgov.example",
    "first_name": "john",
    "last_name": "smith",
    "phone": "111111111",
    "media_url": "http://example.org/2212426634.jpg",
    "device_id": "tt222111",
    "account_id": "123456",
}


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=1) as opened:
        yield opened


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    base = f"{hall.url}/open311/v2"
    async with httpx2.AsyncClient(base_url=base, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
async def key(hall: Hall) -> str:
    return await access.issue_key(hall.chair, "演示城市平台", "open311", at=hall.now)


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314  our own answers


async def created(client: httpx2.AsyncClient, key: str, **fields: str) -> str:
    answer = await client.post("/requests.json", data=HOLE | {"api_key": key} | fields)
    assert answer.status_code == 200, answer.text
    (made,) = answer.json()
    assert set(made) == {"service_request_id", "service_notice", "account_id"}
    return str(made["service_request_id"])


async def one(client: httpx2.AsyncClient, request: str) -> dict[str, Any]:
    (found,) = (await client.get(f"/requests/{request}.json")).json()
    shown: dict[str, Any] = found
    return shown


async def test_the_services_are_the_domains_in_both_formats(client: httpx2.AsyncClient) -> None:
    listed = (await client.get("/services.json")).json()
    codes = [service["service_code"] for service in listed]
    assert codes == ["facilities", "surroundings", "elder-care", "child-care", "other"]
    assert listed[0]["metadata"] is False
    assert listed[0]["type"] == "realtime"
    answer = await client.get("/services.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    root = parsed(answer.content)
    assert root.tag == "services"
    assert [s.findtext("service_code") for s in root.iter("service")] == codes
    assert root.findtext("service/metadata") == "false"
    definition = parsed((await client.get("/services/facilities.xml")).content)
    assert definition.tag == "service_definition"
    assert definition.find("attributes") is not None
    told = (await client.get("/services/facilities.json")).json()
    assert told == {"service_code": "facilities", "attributes": []}


async def test_a_request_becomes_a_demand_and_tells_nobody_who_sent_it(
    client: httpx2.AsyncClient, key: str
) -> None:
    request = await created(client, key)
    demand = await Demand.get(id=request)
    assert (demand.title, demand.domain, demand.channel) == ("路面塌陷", "设施改造", "open311")
    assert (demand.latitude_micro, demand.longitude_micro) == (39_907_500, 116_397_230)
    assert demand.contact_name == "john smith smit333@sfgov.example"
    shown = await one(client, request)
    assert set(shown) == FIELDS
    assert (shown["status"], shown["service_code"]) == ("open", "facilities")
    assert (shown["lat"], shown["long"]) == (39.9075, 116.39723)
    assert shown["address"] == "东门外 <人行道>"
    assert shown["media_url"] is None
    assert shown["requested_datetime"] == "2026-11-20T01:00:00Z"
    answer = await client.get(f"/requests/{request}.xml")
    assert "smith" not in answer.text
    assert "111111111" not in answer.text
    found = parsed(answer.content).find("request")
    assert found is not None
    assert {field.tag for field in found} == FIELDS
    assert found.findtext("description") == "路面塌陷。\n很深 & 很宽"


async def test_an_answer_to_a_new_request_in_xml_has_its_id(
    client: httpx2.AsyncClient, key: str
) -> None:
    answer = await client.post("/requests.xml", data=HOLE | {"api_key": key})
    found = parsed(answer.content).findtext("request/service_request_id")
    assert await Demand.exists(id=found)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "nonsense"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "nonsense"}, 404),
        ({"jurisdiction_id": "city.gov"}, 404),
        ({"lat": "", "long": "", "address_string": ""}, 400),
        ({"lat": "39.9", "long": ""}, 400),
        ({"lat": "NaN"}, 400),
        ({"lat": "1e400000"}, 400),
        ({"long": "181"}, 400),
        ({"description": "长" * 4_001}, 400),
        ({"description": "a\0b"}, 400),
        ({"address_string": "长" * 121}, 400),
    ],
)
async def test_what_is_wrong_is_said_in_the_form_of_the_specification(
    client: httpx2.AsyncClient, key: str, wrong: dict[str, str], status: int
) -> None:
    before = await Demand.all().count()
    for made in ("json", "xml"):
        answer = await client.post(f"/requests.{made}", data=HOLE | {"api_key": key} | wrong)
        assert answer.status_code == status
        if made == "json":
            assert [error["code"] for error in answer.json()] == [status]
        else:
            root = parsed(answer.content)
            assert (root.tag, root.findtext("error/code")) == ("errors", str(status))
            assert root.findtext("error/description")
    assert await Demand.all().count() == before


async def test_a_key_opens_what_it_was_issued_for_until_it_is_revoked(
    hall: Hall, client: httpx2.AsyncClient, key: str
) -> None:
    other = await access.issue_key(hall.chair, "演示积分", "points", at=hall.now)
    assert (await client.post("/requests.json", data=HOLE | {"api_key": other})).status_code == 403
    (ours,) = [k for k in await access.keys_of(hall.community) if k.purpose == "open311"]
    await access.revoke_key(hall.chair, ours.id, at=hall.now)
    assert (await client.post("/requests.json", data=HOLE | {"api_key": key})).status_code == 403


async def test_only_a_form_is_read(client: httpx2.AsyncClient, key: str) -> None:
    sent = HOLE | {"api_key": key}
    assert (await client.post("/requests.json", json=sent)).status_code == 400
    assert (await client.post("/requests.xml", content=b"<a/>")).status_code == 400
    large = sent | {"description": "x" * 70_000}
    assert (await client.post("/requests.json", data=large)).status_code == 400


async def test_the_list_is_narrowed_by_id_service_status_and_days(
    client: httpx2.AsyncClient, key: str
) -> None:
    first = await created(client, key)
    second = await created(client, key, service_code="other", description="别的事")
    await Demand.filter(id=second).update(state="resolved", answer="换好了")

    async def ids(query: str) -> set[str]:
        answer = await client.get(f"/requests.json?{query}")
        assert answer.status_code == 200
        return {str(row["service_request_id"]) for row in answer.json()}

    assert await ids(f"service_request_id={first},{second},{uuid4()},x&status=closed") == {
        first,
        second,
    }
    today = "start_date=2026-11-20T00:00:00Z"
    assert await ids(f"{today}&status=closed") == {second}
    assert await ids(f"{today}&service_code=other") == {second}
    assert await ids(f"{today}&service_code=facilities,other&status=open,closed") == {first, second}
    assert await ids("start_date=2026-11-20T09:00:01%2B08:00") == set()
    assert await ids("end_date=2026-01-01T00:00:00Z") == set()
    assert len(await ids("page_size=1")) == 1
    assert await ids("page_size=1&page=1") != await ids("page_size=1&page=2")
    assert (await one(client, second))["status_notes"] == "已办结。换好了"


@pytest.mark.parametrize(
    "query",
    [
        "status=new",
        "start_date=yesterday",
        "start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z",
        "start_date=2026-11-02T00:00:00Z&end_date=2026-11-01T00:00:00Z",
        "start_date=0001-01-01T00:00:00%2B14:00",
        "page=0",
        "page_size=1001",
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, query: str
) -> None:
    assert (await client.get(f"/requests.json?{query}")).status_code == 400


async def test_a_dispute_is_listed_nowhere(client: httpx2.AsyncClient, key: str) -> None:
    request = await created(client, key)
    await Demand.filter(id=request).update(is_private=True)
    assert request not in (await client.get("/requests.json")).text
    assert (await client.get(f"/requests.json?service_request_id={request}")).json() == []
    assert (await client.get(f"/requests/{request}.xml")).status_code == 404


async def test_other_formats_are_not_there_and_discovery_names_those_that_are(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    assert (await client.get("/services.yaml")).status_code == 404
    found = (await client.get(f"{hall.url}/open311/discovery.json")).json()
    assert found["endpoints"][0]["url"] == f"{hall.url}/open311/v2"


def test_without_dates_the_last_ninety_days_are_meant() -> None:
    wanted = georeport.wanted_from({}, ON_THE_DAY)
    assert (wanted.start, wanted.end) == (ON_THE_DAY - timedelta(days=90), ON_THE_DAY)
    assert wanted.size == 1_000
    with pytest.raises(Wrong):
        georeport.wanted_from({"page": "²"}, ON_THE_DAY)


def test_xml_holds_any_text() -> None:
    made = document("services", [{"description": '<a> & "b" ]]> \x07 \ufffe 汉'}])
    found = parsed(made).findtext("service/description")
    assert found == '<a> & "b" ]]>   汉'
