"""An agent's client checks, screens and explains over the protocol, in memory and over a process's pipes."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import MCPError, StdioServerParameters
from mcp.client import Client

from enduse.interfaces.mcp.server import create_server
from enduse.interfaces.mcp.tools import Desk, tools

TODAY = dt.date(2026, 9, 1)
SALE = {
    "date": "2019-10-10",
    "item": {"code": "EAR99"},
    "from": "US",
    "destination": "CN",
    "parties": [{"role": "end_user", "name": "Hangzhou Hikvision Digital Technology"}],
}

Talk = Callable[[Client], Coroutine[Any, Any, None]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, store=None, accept_starter=True, clock=lambda: TODAY)


def talk(desk: Desk, said: Talk) -> None:
    async def both() -> None:
        async with Client(create_server(desk)) as client:
            await said(client)

    anyio.run(both)


async def asked(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a tool: its text says the same as its structure, and both keep to the declared schema."""
    found = await client.call_tool(tool, arguments)
    assert not found.is_error, found.content
    declared = next(one for one in tools() if one.name == tool)
    jsonschema.validate(arguments, declared.takes)
    jsonschema.validate(found.structured_content, declared.gives)
    document: dict[str, Any] = json.loads(found.content[0].text)  # type: ignore[union-attr]
    assert document == found.structured_content
    return document


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    found = await client.call_tool(tool, arguments)
    assert found.is_error
    return str(found.content[0].text)  # type: ignore[union-attr]


class TestTools:
    def test_every_tool_is_declared_as_reading_only_with_closed_schemas(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            found = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(found) == {
                "check", "explain", "screen", "compare_names", "search_items", "show_item", "list_status",
            }  # fmt: skip
            for tool in found.values():
                assert tool.annotations is not None and tool.annotations.read_only_hint
                assert tool.input_schema["additionalProperties"] is False
                jsonschema.Draft202012Validator.check_schema(tool.input_schema)
                assert tool.output_schema is not None
                jsonschema.Draft202012Validator.check_schema(tool.output_schema)

        talk(desk, said)

    def test_nothing_is_written(self, desk: Desk, tmp_path: Path) -> None:
        async def said(client: Client) -> None:
            await asked(client, "check", transaction=SALE)
            await asked(client, "screen", name="Hikvision")
            await asked(client, "list_status")

        talk(desk, said)
        assert not list(tmp_path.iterdir())

    def test_a_tool_that_does_not_exist_is_an_error_of_the_protocol(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            with pytest.raises(MCPError, match="no tool is called 'approve'"):
                await client.call_tool("approve", {})

        talk(desk, said)


class TestCheck:
    def test_a_listed_end_user_needs_a_licence_from_the_day_of_its_listing(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            after = await asked(client, "check", transaction=SALE, laws=["us"])
            before = await asked(client, "check", transaction=SALE | {"date": "2019-10-08"}, laws=["us"])
            listing = [item for item in after["findings"] if item["code"] == "EL:744.11"]
            assert after["outcome"] == "licence_required"
            assert listing[0]["citation"]["text"] and listing[0]["act"] == "us/ear"
            assert "EL:744.11" not in [item["code"] for item in before["findings"] if item["status"] == "applies"]

        talk(desk, said)

    def test_the_whole_document_is_there_on_request(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            short = await asked(client, "check", transaction=SALE, laws=["us"])
            whole = await asked(client, "check", transaction=SALE, laws=["us"], full=True)
            assert whole["transaction"]["destination"] == "CN"
            assert {key: whole[key] for key in ("outcome", "editions", "questions")} == {
                key: short[key] for key in ("outcome", "editions", "questions")
            }
            assert len(whole["authorities"][0]["findings"]) > len(short["findings"])

        talk(desk, said)

    def test_strict_turns_presumptions_into_questions(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            plain = await asked(client, "check", transaction=SALE, laws=["us"])
            strict = await asked(client, "check", transaction=SALE, laws=["us"], strict=True)
            assert plain["assumed"] and not strict["assumed"]
            assert {item["fact"] for item in plain["questions"]} < {item["fact"] for item in strict["questions"]}

        talk(desk, said)

    def test_an_explanation_names_conditions_and_source(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            found = await asked(client, "explain", transaction=SALE, laws=["us"])
            assert found["outcome"] == "licence_required"
            assert "conditions:" in found["text"] and "source: " in found["text"]

        talk(desk, said)

    @pytest.mark.parametrize(
        ("arguments", "said_back"),
        [
            ({}, "transaction: is missing"),
            ({"transaction": "a sale"}, "transaction: is missing, or no object"),
            ({"transaction": SALE | {"destinaton": "CN"}}, "destinaton"),
            ({"transaction": SALE, "as_of": "yesterday"}, "as_of"),
            ({"transaction": SALE, "as_of": "2099-01-01"}, "more than five years ahead"),
            ({"transaction": SALE, "laws": ["xx"]}, "xx"),
            ({"transaction": SALE, "laws": "us"}, "laws: 'us' is no list of texts"),
            ({"transaction": SALE, "strict": "yes"}, "strict: 'yes' is neither true nor false"),
            ({"transaction": SALE, "approve": True}, "takes no 'approve'"),
        ],
    )
    def test_what_cannot_be_used_is_said_with_its_place(
        self, desk: Desk, arguments: dict[str, Any], said_back: str
    ) -> None:
        async def said(client: Client) -> None:
            assert said_back in await refused(client, "check", **arguments)

        talk(desk, said)


class TestScreen:
    def test_a_party_is_found_under_another_spelling_and_the_score_is_explained(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            found = await asked(client, "screen", name="HANGZHOU HIK VISION DIGITAL TECHNOLOGY CO", kind="company")
            best = found["matches"][0]
            assert "Hikvision" in best["matched_name"] and float(best["score"]) >= 0.70
            assert sum(float(part["contribution"]) for part in best["explanation"]) == pytest.approx(
                float(best["score"]), abs=1e-3
            )

        talk(desk, said)

    def test_lists_that_are_not_loaded_are_named(self, tmp_path: Path) -> None:
        async def said(client: Client) -> None:
            found = await asked(client, "screen", name="Nobody In Particular Ltd")
            assert not found["matches"] and found["coverage"]["not_checked"]

        talk(Desk(tmp_path, store=None, accept_starter=False, clock=lambda: TODAY), said)

    @pytest.mark.parametrize(
        ("arguments", "said_back"),
        [
            ({}, "name: no name"),
            ({"name": 7}, "name: 7 is no text"),
            ({"name": "X Ltd", "threshold": 0}, "threshold"),
            ({"name": "X Ltd", "threshold": True}, "threshold"),
            ({"name": "X Ltd", "kind": "ship"}, "kind"),
            ({"name": "x" * 1_000_000}, "name: "),
        ],
    )
    def test_what_cannot_be_used_is_said(self, desk: Desk, arguments: dict[str, Any], said_back: str) -> None:
        async def said(client: Client) -> None:
            assert said_back in await refused(client, "screen", **arguments)

        talk(desk, said)

    def test_two_names_are_compared(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            same = await asked(client, "compare_names", first="Zavod No. 7", second="ZAVOD NO 7", kind="company")
            other = await asked(client, "compare_names", first="Zavod No. 7", second="Zavod No. 9", kind="company")
            assert same["hit"] and not other["hit"]

        talk(desk, said)


class TestItemsAndLists:
    def test_plain_words_lead_to_candidates_with_questions(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            found = await asked(client, "search_items", text="IMSI catcher", limit=5)
            assert "5A001.f" in {hit["code"] for hit in found["hits"]}
            shown = await asked(client, "show_item", code="5A001.f")
            assert shown["code"] == "5A001.f"
            assert "limit" in await refused(client, "search_items", text="drone", limit=0)

        talk(desk, said)

    def test_sources_that_are_not_loaded_are_shown_as_such(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            found = await asked(client, "list_status")
            assert {source["state"] for source in found["sources"]} == {"not loaded"}

        talk(desk, said)

    def test_schemas_can_be_read(self, desk: Desk) -> None:
        async def said(client: Client) -> None:
            listed = {str(one.uri) for one in (await client.list_resources()).resources}
            assert listed == {"enduse://schema/transaction", "enduse://schema/assessment"}
            for uri in listed:
                found = await client.read_resource(uri)
                jsonschema.Draft202012Validator.check_schema(json.loads(found.contents[0].text))  # type: ignore[union-attr]

        talk(desk, said)


def test_the_command_answers_a_client_over_its_pipes(tmp_path: Path) -> None:
    async def both() -> None:
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-m", "enduse", "mcp", "--starter", "--data-dir", str(tmp_path)],
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": os.environ["PATH"]},
        )
        async with Client(parameters) as client:
            found = await asked(client, "check", transaction=SALE, laws=["us"])
            assert found["outcome"] == "licence_required"
            assert "screen" in {tool.name for tool in (await client.list_tools()).tools}

    anyio.run(both)
