#!/usr/bin/env bash
# Writes the lock files anew: exact versions and hashes, no address of any index.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 "$@"; }
compile pyproject.toml --group dev --group web -o locks/dev.txt
compile pyproject.toml --group web -c locks/dev.txt -o locks/run.txt
printf 'uv==%s\n' "$(.venv/bin/uv --version | cut -d' ' -f2)" | compile - -o locks/bootstrap.txt
if grep -nE 'https?://' locks/*.txt; then
  echo "lock files must not name an index" >&2
  exit 1
fi
