from parts.fixtures import engine as engine
from parts.fixtures import registry as registry
