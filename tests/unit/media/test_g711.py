"""G.711 against the values of the standard."""

import numpy as np
import pytest

from madoguchi.media import g711


@pytest.mark.parametrize(
    ("law", "code", "sample"),
    [
        (g711.MU, 0xFF, 0),
        (g711.MU, 0x80, 32124),
        (g711.MU, 0x00, -32124),
        (g711.MU, 0xFE, 8),
        (g711.A, 0xD5, 8),
        (g711.A, 0x55, -8),
        (g711.A, 0xAA, 32256),
        (g711.A, 0x2A, -32256),
    ],
)
def test_codes_mean_what_the_standard_says(law: int, code: int, sample: int) -> None:
    assert g711.DECODED[law, code] == sample
    assert g711.encode(np.array([sample], np.int16), law)[0] == code


@pytest.mark.parametrize("law", [g711.MU, g711.A])
def test_every_code_survives_the_way_there_and_back(law: int) -> None:
    samples = g711.DECODED[law]

    assert (g711.DECODED[law][g711.encode(samples, law)] == samples).all()


@pytest.mark.parametrize("law", [g711.MU, g711.A])
def test_every_sample_gets_the_nearest_code(law: int) -> None:
    samples = np.arange(-32768, 32768).astype(np.int16)

    error = np.abs(g711.DECODED[law][g711.encode(samples, law)].astype(int) - samples)

    nearest = np.abs(g711.DECODED[law].astype(int)[np.newaxis] - samples[::97, np.newaxis]).min(axis=1)
    assert (error[::97] == nearest).all()


def test_a_batch_is_decoded_row_by_row_with_each_rows_law() -> None:
    codes = np.array([[0x00, 0x80], [0x2A, 0xAA]], np.uint8)

    samples = g711.decode(codes, np.array([g711.MU, g711.A], np.uint8))

    assert samples.tolist() == [[-32124, 32124], [-32256, 32256]]
