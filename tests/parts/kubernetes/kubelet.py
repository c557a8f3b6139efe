"""The port of a node at which the API server gets the logs of its containers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from parts.daemon import new_room
from parts.kubernetes.certificate import server_context
from parts.kubernetes.node import NODE, Node


@contextmanager
def registered(node: Node) -> Iterator[None]:
    """Serve the logs of a node, and register it in its cluster."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            _, namespace, pod, _ = parts.path.strip("/").split("/")  # containerLogs/NAMESPACE/POD/CONTAINER
            found = node.api("GET", f"/api/v1/namespaces/{namespace}/pods/{pod}")
            log = node.log(found["spec"]["containers"][0]["image"])
            lines = int(parse_qs(parts.query).get("tailLines", ["1000"])[0])
            self.send_response(200)
            self.end_headers()
            self.wfile.write("\n".join(log.splitlines()[-lines:]).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = server_context(new_room() / "kubelet.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    status = {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": server.server_address[1]}},
    }
    node.api("POST", "/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}})
    node.api("PATCH", f"/api/v1/nodes/{NODE}/status", {"status": status})
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
