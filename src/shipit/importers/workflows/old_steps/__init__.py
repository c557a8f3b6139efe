"""The steps of an old workflow: what each of them builds, pushes, releases or deploys."""
