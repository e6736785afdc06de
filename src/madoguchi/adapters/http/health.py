"""Whether the program lives, whether it can work, and its figures."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from madoguchi.adapters.http.access import LOOPBACK, PUBLIC
from madoguchi.adapters.http.state import InState

router = APIRouter(tags=["health"])


@router.get("/healthz", dependencies=[PUBLIC])
async def healthz() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok"}


@router.get("/readyz", dependencies=[PUBLIC], responses={503: {"description": "Some part is not ready."}})
async def readyz(state: InState) -> JSONResponse:
    """Tell whether every part can work: 200 when all can, else 503 with what cannot."""
    results = {name: await check() for name, check in state.hooks.readiness.items()}
    parts = {name: {"ready": each.ready, "detail": each.detail} for name, each in results.items()}
    ready = all(each.ready for each in results.values())
    return JSONResponse({"ready": ready, "parts": parts}, 200 if ready else 503, headers={"Cache-Control": "no-store"})


@router.get("/metrics", dependencies=[LOOPBACK], response_class=Response)
async def metrics(state: InState) -> Response:
    """Return the figures in Prometheus' text format."""
    body, media_type = state.hooks.metrics()
    return Response(body, headers={"Content-Type": media_type})
