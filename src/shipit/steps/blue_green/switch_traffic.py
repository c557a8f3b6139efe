"""The step that gives the traffic to a slot."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import NginxSettings, Traffic, address_in, machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.blue_green.switching import give_traffic, look_at_nginx
from shipit.steps.blue_green.traffic import RELOAD_SETTLES, reported_by_nginx
from shipit.world import World


class SwitchTraffic(Struct, frozen=True):
    """Write the switch file of nginx on `host` for `traffic`, and let nginx load it."""

    kind: ClassVar[str] = "switch-traffic"
    public: ClassVar[bool] = True
    host: str
    nginx: NginxSettings
    traffic: Traffic

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.traffic.address}"

    @property
    def summary(self) -> str:
        return f"give the traffic on {machine(self.host)} to {self.traffic.slot} ({self.traffic.address})"

    def check(self, world: World) -> Done | Todo:
        """Return whether nginx has loaded the slot, and would load it again when it is started the next time.

        A run that was killed can have reloaded nginx in this moment. So when the slot is loaded, it must be so still
        when all workers know about the reload.
        """
        if not self._is_loaded(world):
            return Todo()
        world.clock.sleep(RELOAD_SETTLES)
        return Done() if self._is_loaded(world) else Todo()

    def _is_loaded(self, world: World) -> bool:
        host = world.hosts.at(self.host)
        text = host.read(self.nginx.file) or ""
        if address_in(text) != self.traffic.address:
            return False
        loaded = reported_by_nginx(host, self.nginx, text)
        wanted = (self.traffic.slot, self.traffic.digest, self.traffic.address)
        return loaded is not None and (loaded.slot, loaded.digest, loaded.address) == wanted

    def apply(self, world: World) -> Outputs:
        host = world.hosts.at(self.host)
        before = look_at_nginx(host, self.nginx)
        if address_in(before.text or "") == self.traffic.address:
            if isinstance(self.check(world), Done):
                return {}
            before = look_at_nginx(host, self.nginx)
        give_traffic(host, self.nginx, before, self.traffic, world.clock.sleep)
        return {}
