"""Tools for tests of steps and plans: all ports in memory, and a way to kill a run at each of its writes.

Test your own step with a clone of a remote that needs no git, no disk and no network:

>>> from shipit.testing import FakeWorld, crash_matrix, recorded
>>> world = FakeWorld.new({"VERSION": "1.0.0"})
>>> world.files.edit("VERSION", "1.1.0")
>>> world.git.dirty()
('VERSION',)

Check that reading writes nothing:

>>> watched, writes = recorded(world)
>>> watched.git.head() == world.git.head(), writes
(True, [])

Check that a second run repairs the result of a run that was killed before or after any of its writes:

>>> def run(world):
...     if world.files.read("VERSION") != "1.1.0":
...         world.files.write("VERSION", "1.1.0")
...     if world.git.dirty():
...         world.git.create_commit(["VERSION"], "chore: 1.1.0")
>>> def committed(world):
...     return world.git.text("HEAD", "VERSION")
>>> crashes = crash_matrix(lambda: FakeWorld.new({"VERSION": "1.0.0"}), run, committed)
>>> [(crash.write, crash.when, crash.state) for crash in crashes]  # doctest: +NORMALIZE_WHITESPACE
[('files.write', 'before', '1.1.0'), ('files.write', 'after', '1.1.0'),
 ('git.create_commit', 'before', '1.1.0'), ('git.create_commit', 'after', '1.1.0')]

The contract tests (tests/contracts) run over these fakes and over the real adapters.
"""

from __future__ import annotations

from shipit.testing.attestations import FakeAttestations as FakeAttestations
from shipit.testing.clock import FakeClock as FakeClock
from shipit.testing.clusters import FakeCluster as FakeCluster
from shipit.testing.clusters import FakeClusters as FakeClusters
from shipit.testing.clusters import FakeDeployment as FakeDeployment
from shipit.testing.crash import Crash as Crash
from shipit.testing.crash import crash_matrix as crash_matrix
from shipit.testing.ecs import FakeEcsService as FakeEcsService
from shipit.testing.ecs import FakeEcsServices as FakeEcsServices
from shipit.testing.ecs import FakeScheduler as FakeScheduler
from shipit.testing.engine import FakeEngine as FakeEngine
from shipit.testing.files import FakeFiles as FakeFiles
from shipit.testing.forge import FakeForge as FakeForge
from shipit.testing.git import FakeGit as FakeGit
from shipit.testing.git import FakeRemote as FakeRemote
from shipit.testing.hosts import FakeApp as FakeApp
from shipit.testing.hosts import FakeCompose as FakeCompose
from shipit.testing.hosts import FakeContainers as FakeContainers
from shipit.testing.hosts import FakeHost as FakeHost
from shipit.testing.hosts import FakeHosts as FakeHosts
from shipit.testing.hosts import FakeNginx as FakeNginx
from shipit.testing.hosts import FakeServices as FakeServices
from shipit.testing.interrupt import WRITES as WRITES
from shipit.testing.interrupt import Killed as Killed
from shipit.testing.interrupt import interrupted as interrupted
from shipit.testing.interrupt import kill as kill
from shipit.testing.interrupt import recorded as recorded
from shipit.testing.notifications import FakeNotifications as FakeNotifications
from shipit.testing.process import Effect as Effect
from shipit.testing.process import FakeProcess as FakeProcess
from shipit.testing.registry import FakeRegistry as FakeRegistry
from shipit.testing.secrets import FakeSecrets as FakeSecrets
from shipit.testing.sites import FakeDistribution as FakeDistribution
from shipit.testing.sites import FakeObject as FakeObject
from shipit.testing.sites import FakeSite as FakeSite
from shipit.testing.sites import FakeSites as FakeSites
from shipit.testing.world import FakeWorld as FakeWorld
