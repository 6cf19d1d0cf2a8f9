"""The description of the API, as the service answers: refusals are problems, and every name that is used is there."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from enduse.interfaces.api.problems import Problem

PROBLEM = "application/problem+json"
_EVERYWHERE = {"414": "The address is too long", "421": "The service does not go by the name that was asked for"}
_REF = "#/components/schemas/{model}"


def describe(app: FastAPI) -> dict[str, Any]:
    """The description; made once."""
    if app.openapi_schema is None:
        app.state.features.add_all()
        from enduse.interfaces.api.shapes import Example  # read by now, and only now
        from enduse.interfaces.api.v1 import designations
        from enduse.interfaces.api.v1.licensing.commands import describe_commands
        from enduse.interfaces.api.v1.licensing.shared import RefusedCommand

        describe_commands()
        designations.describe_commands()
        document = FastAPI.openapi(app)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for model in (Problem, Example, RefusedCommand):
            _add(schemas, model)
        for operations in document["paths"].values():
            for operation in operations.values():
                _problems(operation["responses"])
                for body in operation.get("requestBody", {}).get("content", {}).values():
                    for name, inner in body["schema"].pop("$defs", {}).items():
                        schemas.setdefault(name, inner)
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        _zoneless(schemas)
        document["components"]["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer", "description": "A key: enduse_ID_SECRET"},
            "session": {"type": "apiKey", "in": "cookie", "name": "enduse_session"},
        }
        document["security"] = [{"key": []}, {"session": []}, {}]
        app.openapi_schema = document
    return app.openapi_schema


def _problems(responses: dict[str, Any]) -> None:
    """Refusals are answered as problems, whatever the route; what FastAPI would answer with 422 is a 400 here."""
    from enduse.interfaces.api.v1.common import REFUSALS

    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    stated = {str(status): one["description"] for status, one in REFUSALS.items()} | _EVERYWHERE
    for status, description in stated.items():
        responses.setdefault(status, {"description": description})
    for status, response in responses.items():
        if status.isdecimal() and int(status) >= 400:
            stated = response.get("content", {}).get("application/json", {}).get("schema")
            response["content"] = {PROBLEM: {"schema": stated or {"$ref": "#/components/schemas/Problem"}}}


def _zoneless(found: Any) -> None:
    """yente writes moments without a time zone, which is no ``date-time`` (RFC 3339): they are texts."""
    if isinstance(found, dict):
        if found.get("format") == "date-time":
            del found["format"]
        for value in found.values():
            _zoneless(value)
    elif isinstance(found, list):
        for value in found:
            _zoneless(value)


def _add(schemas: dict[str, Any], model: type[BaseModel]) -> None:
    schema = model.model_json_schema(ref_template=_REF)
    for name, inner in schema.pop("$defs", {}).items():
        schemas.setdefault(name, inner)
    schemas.setdefault(model.__name__, schema)
