#!/bin/sh
# A blue/green deployment as many teams have it: start the other container, wait until it is healthy, write nginx's file,
# reload, and stop the old container at once.
#     APP=shop BLUE=8081 GREEN=8082 SWITCH=/etc/nginx/service-url.inc NGINX="nginx -p ... -c ..." blue-green.sh IMAGE
set -eu

if docker ps --format '{{.Names}}' | grep -q "^$APP-blue$"; then
    old=blue new=green port=$GREEN
else
    old=green new=blue port=$BLUE
fi
docker pull --quiet "$1" >/dev/null
docker rm --force "$APP-$new" >/dev/null 2>&1 || true
docker run --detach --name "$APP-$new" --publish "127.0.0.1:$port:8080" "$1" >/dev/null
for _ in $(seq 1 60); do
    ! curl --silent --fail --output /dev/null "http://127.0.0.1:$port/health" || break
    sleep 1
done
curl --silent --fail --output /dev/null "http://127.0.0.1:$port/health"
sed -i "s|^set .*|set \$service_url http://127.0.0.1:$port;|" "$SWITCH"
$NGINX -s reload
docker stop "$APP-$old" >/dev/null 2>&1 || true
docker rm --force "$APP-$old" >/dev/null 2>&1 || true
