"""Services of ECS: their task definitions, tasks, deployments and secrets."""
