"""The adoption of shipit by a repository: the settings that it has today become a `shipit.toml`."""

from __future__ import annotations

from shipit.plan.adoption.model import Adoption as Adoption
from shipit.plan.adoption.plan import adoption_of as adoption_of
from shipit.plan.adoption.plan import plan_adoption as plan_adoption
