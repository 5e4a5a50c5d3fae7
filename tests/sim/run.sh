#!/bin/sh
# sim/run.sh [SEEDS]  whole engines in the simulated world; a failing seed says how to see it again.
set -eu
exec build/tenor sim --seeds "${1:-200}"
