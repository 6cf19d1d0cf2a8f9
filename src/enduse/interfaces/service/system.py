"""What the service says of itself: its description and its metrics."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from enduse.interfaces.identity.guard import require
from enduse.interfaces.service.ground import Service
from enduse.model.errors import EndUseError

router = APIRouter(tags=["System"])


@router.get("/openapi.json", include_in_schema=False, dependencies=[require("api.describe")])
def openapi(request: Request) -> Any:
    """The description of the API."""
    return JSONResponse(request.app.openapi())


@router.get("/metrics", include_in_schema=False, dependencies=[require("metrics.view")])
def metrics(request: Request) -> Response:
    """The metrics, in Prometheus' text format."""
    service: Service = request.app.state.service
    up = True
    try:
        store = service.stores.get()
        found = store.figures() if store is not None else None
        if found is not None:
            service.metrics.look(found)
    except EndUseError as error:
        up = False
        service.log.error("the store says nothing of itself", problem=str(error))
    service.metrics.store_up.set(up)
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)
