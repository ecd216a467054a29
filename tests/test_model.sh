#!/bin/bash
# The quick part of make model: see tests/model/run.
exec "$(dirname "$0")/model/run" quick
