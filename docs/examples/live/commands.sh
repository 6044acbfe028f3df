#!/bin/sh
# What job $1 printed, what happened in it, and then what happens until it ends.
# Needs KOMBISTACK_URL and KOMBISTACK_TOKEN.
set -eu
job="$KOMBISTACK_URL/v1/orchestrator/jobs/$1"
ask() { curl --fail --silent --show-error --no-buffer --header "Authorization: Bearer $KOMBISTACK_TOKEN" "$@"; }

ask "$job/stdout?start_line=-20"                  # the last 20 lines; format=ansi|json|html for other forms
ask "$job/events?failed=true&limit=5"             # what failed, with all that Ansible says about it
ask "$job/hosts"                                  # how each host fares
ask --header "Last-Event-ID: ${2:-0}" "$job/stream"
