#!/bin/sh
# Needs CONTROLLER_HOST and CONTROLLER_OAUTH_TOKEN.
set -eu
awx job_templates list -f human
awx job_templates launch "home: note" --limit nas --extra_vars '{"reason": "a test"}' --monitor
awx jobs list --status successful -f human
