#!/bin/sh
# The sequence of docker-rollout 0.12, with `docker` instead of compose: start as many new containers as there are old
# ones, wait until docker reports them as healthy (a look each second), then stop and remove the old ones.
#     APP=shop NETWORK=shop rolling.sh IMAGE
set -eu

docker pull --quiet "$1" >/dev/null
old=$(docker ps --quiet --filter "label=app=$APP")
new=
for _ in ${old:-first}; do
    new="$new $(docker run --detach --label "app=$APP" --network "$NETWORK" --network-alias "$APP" "$1")"
done
for container in $new; do
    for _ in $(seq 1 60); do
        [ "$(docker inspect --format '{{.State.Health.Status}}' "$container")" != healthy ] || break
        sleep 1
    done
    [ "$(docker inspect --format '{{.State.Health.Status}}' "$container")" = healthy ]
done
# shellcheck disable=SC2086 # a list of words
[ -z "$old" ] || docker stop $old >/dev/null
# shellcheck disable=SC2086 # a list of words
[ -z "$old" ] || docker rm $old >/dev/null
