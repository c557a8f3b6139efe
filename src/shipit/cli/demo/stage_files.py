"""The files of `shipit demo --deploy`: the page, the two nginx configurations, and shipit.toml."""

from __future__ import annotations

COLORS = {"1.0.0": "#dbeafe", "1.1.0": "#dcfce7", "1.2.0": "#fee2e2", "1.3.0": "#fef9c3"}
APP_PORT = 8080

# The version is in a header, so that the load can count which version answered.
_SHOP = """\
user root;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
    access_log off;
    server {
        listen %(port)d;
        add_header X-Version "%(version)s" always;
        location = /health {
            default_type application/json;
            return %(health)s;
        }
        location = / {
            default_type text/html;
            return 200 '%(page)s';
        }
        location / { return 404; }
    }
}
"""

_PAGE = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="1"><title>shop %(version)s</title>'
    '<body style="background: %(color)s; font: 3em sans-serif; text-align: center; padding-top: 20vh">'
    "shop %(version)s</body>"
)

# `resolver` is the name server of docker's networks: it knows the containers by name.
FRONT = """\
user root;
worker_processes 2;
pid /tmp/nginx.pid;
error_log stderr notice;
events { worker_connections 1024; }
http {
    access_log off;
    resolver 127.0.0.11 ipv6=off;
    server {
        listen 80;
        include /etc/nginx/service-url.inc;
        location / {
            proxy_pass $service_url;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
    }
}
"""
# Before the first deployment nginx answers 502.
NOTHING_SERVES = "set $service_url http://127.0.0.1:9;\n"

# A container that stops at once would hide a deployment that stops the old version too early: SIGTERM cuts requests.
DOCKERFILE = """\
FROM %(base)s
COPY shop.conf /etc/nginx/nginx.conf
LABEL org.opencontainers.image.version=%(version)s %(label)s
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["nginx", "-g", "daemon off;"]
CMD []
"""

_CONFIGURATION = """\
[environments.prod]
branch = "prod"
image.name = "%(image)s"
url = "%(url)s"

[environments.prod.deploy]
kind = "blue-green"
name = "%(name)s"
health = { path = "/health", json = { status = "UP" }, within = "4s", times = 2 }
bake = "2s"
drain = "10s"
directory = "%(directory)s/record"
slots = { blue = %(blue)d, green = %(green)d }

[environments.prod.deploy.nginx]
file = "%(directory)s/nginx/service-url.inc"
container = "%(name)s-nginx"
front = "%(url)s"

[environments.prod.deploy.container]
port = 8080
network = "%(name)s"
stop = "5s"
"""


def shop_configuration(version: str, *, healthy: bool) -> str:
    """Return the nginx configuration of a version of the page; without `healthy`, its health check fails."""
    page = _PAGE % {"version": version, "color": COLORS.get(version, "white")}
    health = '200 \'{"status":"UP"}\'' if healthy else '503 \'{"status":"DOWN","database":"no connection"}\''
    return _SHOP % {"port": APP_PORT, "version": version, "health": health, "page": page}


def shipit_configuration(*, name: str, image: str, url: str, directory: str, blue: int, green: int) -> str:
    """Return the shipit.toml of the sample repository.

    Args:
        name: the name of the app and of its network; `<name>-nginx` is the container of nginx.
        image: the name of the image in the registry.
        url: the address of nginx on this machine.
        directory: the directory for the record, with nginx's configuration in its folder `nginx`.
        blue: the port of the slot blue.
        green: the port of the slot green.
    """
    values = {"name": name, "image": image, "url": url, "directory": directory, "blue": blue, "green": green}
    return _CONFIGURATION % values
