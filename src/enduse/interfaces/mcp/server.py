"""The tools over the protocol: standard input and output, one client."""

from __future__ import annotations

import functools
import json
from typing import Any

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from enduse.interfaces.mcp.tools import Desk, Tool, tools
from enduse.interfaces.schemas import assessment_schema, transaction_schema
from enduse.model.errors import BadInput, EndUseError
from enduse.version import __version__

INSTRUCTIONS = (
    "Export control: check what the law says of a transaction, and screen parties. Every answer names what it does "
    "not know; pass questions, assumptions and missing lists on to the user. Nothing is stored."
)
_SCHEMAS = {"enduse://schema/transaction": transaction_schema, "enduse://schema/assessment": assessment_schema}


def create_server(desk: Desk) -> Server[Any]:
    """A server that answers from a desk."""
    known = {tool.name: tool for tool in tools()}

    async def list_tools(_: object, __: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_declared(tool) for tool in known.values()])

    async def call_tool(_: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = known.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"no tool is called {params.name!r}: {', '.join(known)}")
        try:
            document = await anyio.to_thread.run_sync(functools.partial(_answer, tool, desk, params.arguments or {}))
        except EndUseError as problem:
            return types.CallToolResult(content=[types.TextContent(type="text", text=str(problem))], is_error=True)
        text = json.dumps(document, ensure_ascii=False, sort_keys=True)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=document, is_error=False
        )

    async def list_resources(_: object, __: object) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[
                types.Resource(uri=uri, name=uri.rpartition("/")[2], mime_type="application/schema+json")
                for uri in _SCHEMAS
            ]
        )

    async def read_resource(_: object, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        make = _SCHEMAS.get(str(params.uri))
        if make is None:
            raise MCPError(types.INVALID_PARAMS, f"no resource {str(params.uri)[:200]!r}: {', '.join(_SCHEMAS)}")
        text = json.dumps(make(), ensure_ascii=False)
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=params.uri, mime_type="application/schema+json", text=text)]
        )

    return Server(
        "enduse",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )


def _answer(tool: Tool, desk: Desk, arguments: dict[str, Any]) -> dict[str, Any]:
    strange = sorted(arguments.keys() - tool.takes["properties"].keys())
    if strange:
        raise BadInput(
            f"{tool.name} takes no {', '.join(repr(key) for key in strange)}",
            remedy=f"it takes {', '.join(tool.takes['properties']) or 'nothing'}",
        )
    return tool.answer(desk, arguments)


def _declared(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes,
        output_schema=tool.gives,
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def serve(desk: Desk) -> None:
    """Answer one client over standard input and output, until it leaves."""

    async def answering() -> None:
        server = create_server(desk)
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(answering)
