#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the other libraries into an environment of their own, .build/peers, and times them in turns with he-bench:
# run.sh HE-BENCH [arguments of compare.py]. PYTHON names the interpreter.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
he_bench=$(realpath "$1")
shift
environment=$here/../../.build/peers
python=$environment/bin/python

if [ ! -x "$python" ]; then
  "${PYTHON:-python3}" -m venv "$environment" || {
    echo 'no virtual environment could be made; install the module venv of Python 3 (python3-venv on Debian)' >&2
    exit 1
  }
fi
"$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"

# OpenFHE's wheel holds a module for one version of Python, whatever it says of itself.
openfhe=openfhe==1.6.1.0.22.4
if ! "$python" -m pip install --quiet --disable-pip-version-check "$openfhe"; then
  echo "OpenFHE is skipped: $openfhe cannot be installed here"
elif ! reason=$("$python" -c 'import openfhe' 2>&1); then
  echo "OpenFHE is skipped: $openfhe does not import with $("$python" --version): ${reason##*$'\n'}"
else
  echo "OpenFHE is skipped: $openfhe imports here, and no peer is written for it yet"
fi

exec "$python" "$here/compare.py" "$he_bench" "$@"
