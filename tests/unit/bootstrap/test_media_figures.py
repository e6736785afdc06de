"""What the metrics say of the media workers."""

from madoguchi.adapters.observability.metrics import Metrics
from madoguchi.bootstrap.health import MediaFigures
from madoguchi.media.protocol import WorkerStats


def stats(**values: int) -> WorkerStats:
    names = WorkerStats.__struct_fields__
    return WorkerStats(**{name: values.get(name, 0) for name in names})


def test_what_is_open_is_added_up_over_the_workers() -> None:
    metrics, figures = Metrics(), MediaFigures()
    figures.watch(metrics)
    figures.take([stats(legs=2, bridges=1), stats(legs=3, recordings=1)])

    text = metrics.page()[0].decode()

    assert 'madoguchi_media_live{kind="legs"} 5.0' in text
    assert 'madoguchi_media_live{kind="bridges"} 1.0' in text
    assert 'madoguchi_media_live{kind="recordings"} 1.0' in text
