from parts.fixtures import locked_registry as locked_registry
from parts.fixtures import token_registry as token_registry
from standin.fixtures import github as github
