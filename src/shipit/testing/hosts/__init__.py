"""The fakes of hosts: their files, commands, containers, services and nginx in memory."""

from __future__ import annotations

from shipit.testing.hosts.compose import FakeCompose as FakeCompose
from shipit.testing.hosts.containers import FakeApp as FakeApp
from shipit.testing.hosts.containers import FakeContainers as FakeContainers
from shipit.testing.hosts.host import FakeHost as FakeHost
from shipit.testing.hosts.host import FakeHosts as FakeHosts
from shipit.testing.hosts.nginx import FakeNginx as FakeNginx
from shipit.testing.hosts.services import FakeServices as FakeServices
