from parts.fixtures import classic_builder as classic_builder
from parts.fixtures import engine as engine
from parts.fixtures import locked_registry as locked_registry
from parts.fixtures import registry as registry
from parts.fixtures import ssh_server as ssh_server
from parts.fixtures import swarm_of_one as swarm_of_one
from parts.fixtures import token_registry as token_registry
from standin.fixtures import github as github
