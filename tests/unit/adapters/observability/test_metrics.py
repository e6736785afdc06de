from madoguchi.adapters.observability.metrics import Metrics


def figures(metrics: Metrics) -> dict[str, float]:
    body, media_type = metrics.page()
    assert media_type.startswith("text/plain")
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_requests_are_counted_by_route_and_not_by_id() -> None:
    metrics = Metrics()

    metrics.observe_request("GET", "/api/v1/calls/{call}", 200, 0.02)
    metrics.observe_request("GET", "/api/v1/calls/{call}", 200, 0.03)

    labels = 'method="GET",route="/api/v1/calls/{call}",status="200"'
    assert figures(metrics)[f"madoguchi_http_seconds_count{{{labels}}}"] == 2


def test_invented_methods_share_one_label() -> None:
    metrics = Metrics()
    for method in ("BREW", "WHEN"):
        metrics.observe_request(method, "other", 405, 0.01)
    assert figures(metrics)['madoguchi_http_seconds_count{method="other",route="other",status="405"}'] == 2


def test_levels_and_totals_are_read_when_asked() -> None:
    metrics = Metrics()
    live = {"queued": 1.0}
    metrics.watch_levels("madoguchi_calls", "Live calls.", "state", lambda: live)
    metrics.watch_totals(lambda: {"madoguchi_media_ticks": 7.0})

    live["talking"] = 3.0
    metrics.set_sockets(5)

    found = figures(metrics)
    assert found['madoguchi_calls{state="talking"}'] == 3
    assert found["madoguchi_media_ticks_total"] == 7
    assert found["madoguchi_sockets"] == 5


def test_two_programs_in_one_process_do_not_share_figures() -> None:
    one, other = Metrics(), Metrics()
    one.set_sockets(1)
    assert figures(other)["madoguchi_sockets"] == 0
