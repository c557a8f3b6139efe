"""Container registries."""

from __future__ import annotations

from shipit.adapters.registry.docker import CONFIG as CONFIG
from shipit.adapters.registry.docker import directory as directory
from shipit.adapters.registry.login import Logins as Logins
from shipit.adapters.registry.registries import Registries as Registries
