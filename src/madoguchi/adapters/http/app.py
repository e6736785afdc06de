"""The HTTP application: routes, limits, problems and pages, put together."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from madoguchi.adapters.http import (
    audit,
    calls,
    chats,
    consults,
    consumer_history,
    consumers,
    deflection,
    desk,
    desk_records,
    doctor,
    embedding,
    figures,
    health,
    hours,
    me,
    messages,
    metadata,
    monitoring_report,
    problems,
    queue_settings,
    recordings,
    roles,
    routing,
    session,
    sms,
    statuses,
    supervision,
    teams,
    users,
    welcome,
)
from madoguchi.adapters.http.access import declared
from madoguchi.adapters.http.middleware import Acting, BodyLimit, Measure, RateLimit, SecurityHeaders
from madoguchi.adapters.http.models import ProblemOut
from madoguchi.adapters.http.state import HttpState
from madoguchi.adapters.http.static import Pages

BASE: Final = "/api/v1"
_CROSS_ORIGIN: Final = (f"{BASE}/consumer/", f"{BASE}/attachments/")

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


class EmbeddableRoutes:
    """Lets pages of any origin use the consumers' routes, without cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Content-Disposition", "Retry-After"],
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with leave to read the answer where it is a consumer's."""
        cross_origin = scope["type"] == "http" and scope["path"].startswith(_CROSS_ORIGIN)
        await (self._open if cross_origin else self._app)(scope, receive, send)


class _Otherwise:
    """Where no route matches: a page of the portal, or a problem for programs."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            raise HTTPException(404)
        await self._pages(scope, receive, send)


def make_app(state: HttpState, *, routes: Sequence[BaseRoute] = (), lifespan: Lifespan | None = None) -> FastAPI:
    """Return the application.

    Args:
        state: what the routes stand on.
        routes: more routes, such as the realtime socket's.
        lifespan: what starts and stops with the application.
    """
    settings = state.settings
    patterns: dict[object, str] = {}

    def ancestors() -> tuple[str, ...]:
        return (*settings.frame_ancestors, *state.services.embedding.settings.origins)

    app = _with_routes(
        lifespan=lifespan,
        middleware=[
            Middleware(Measure, observe=state.hooks.observe, patterns=patterns),
            Middleware(SecurityHeaders, frame_ancestors=ancestors),
            Middleware(EmbeddableRoutes),
            Middleware(RateLimit, rate=settings.consumer_rate, burst=settings.consumer_burst),
            Middleware(Acting),
            Middleware(BodyLimit, max_body=settings.max_body, max_upload=settings.max_upload),
        ],
    )
    app.state.madoguchi = state
    problems.install(app)
    app.router.routes.extend(routes)
    for folder in ("widget", "demo-shop"):
        pages = Pages(settings.static / folder, f"The page “{folder}”", routed=False)
        app.router.routes.append(Mount(f"/{folder}", pages, name=folder))
    app.router.default = _Otherwise(Pages(settings.static / "portal", "The portal", routed=True))
    patterns.update(
        (context.endpoint, context.path)
        for context in iter_route_contexts(app.routes)
        if context.endpoint is not None and context.path is not None
    )
    return app


def openapi_document() -> dict[str, Any]:
    """Return the description of all routes, as docs/protocol/openapi.json has it."""
    return _with_routes().openapi()


def _with_routes(**options: Any) -> FastAPI:
    app = _bare(**options)
    app.router.routes.extend(_routes())
    _complete_openapi(app)
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """Return the routes of every application. They hold no state, and reading all signatures takes a while."""
    app = _bare()
    api = APIRouter(prefix=BASE)
    live = (session, desk, calls, consults, chats, supervision, recordings, consumers, routing, figures, metadata)
    organisation = (users, teams, roles, me, welcome, queue_settings, statuses, messages, hours, desk_records, audit)
    for part in (*live, consumer_history, *organisation, embedding, sms, monitoring_report, doctor, deflection):
        api.include_router(part.router)
    before = len(app.router.routes)
    app.include_router(api)
    app.include_router(health.router)
    return app.router.routes[before:]


def _bare(**options: Any) -> FastAPI:
    return FastAPI(
        title="Madoguchi",
        version=version("madoguchi"),
        summary="Calls and chats, queues, agents, supervisors, recordings.",
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={"default": {"model": ProblemOut, "description": "A problem (RFC 9457)."}},
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: f"{route.tags[0] if route.tags else 'other'}_{route.name}",
        **options,
    )


def access_rules(app: FastAPI) -> Iterator[tuple[str, str, list[str]]]:
    """Yield method, path and declared access rules of every HTTP operation: exactly one rule each, if all is well."""
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        if isinstance(dependant, Dependant) and context.path is not None:
            for method in sorted(context.methods or ()):
                yield method, context.path, list(declared(dependant))


def _complete_openapi(app: FastAPI) -> None:
    """Write into the OpenAPI document what FastAPI cannot know: access rules, and the media type of problems."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        for method, path, rules in access_rules(app):
            operation = document["paths"].get(path, {}).get(method.lower())
            if operation is not None:
                operation["x-access"] = " · ".join(rules)
                refused = operation["responses"].get("default", {})
                if "application/json" in refused.get("content", {}):
                    refused["content"] = {problems.MEDIA_TYPE: refused["content"].pop("application/json")}
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend the document
