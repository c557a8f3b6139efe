"""Services of a Docker swarm, and the jobs that run one command."""
