"""The text of the workflow that runs shipit, as a template of Jinja.

Its expressions are in `<< >>`, because GitHub has `${{ }}`. Its statements are lines that begin with `%`; `<< "" >>`
is an empty line after a statement. The filter `value` writes a text as a value of YAML, `quoted` always in quotes;
`lines` removes the line break at the end of a macro.
"""

from __future__ import annotations

TEMPLATE = """\
% macro runner(setup)
    runs-on: << setup.runs_on | value >>
    timeout-minutes: 30
% if setup.environment
    environment:
      name: << setup.environment | value >>
      deployment: false # shipit records deployments
% endif
% endmacro
% macro set_up(setup)
      - name: Check out
        uses: << actions.checkout >>
        with:
          fetch-depth: 0
          persist-credentials: false
% if setup.submodules
          submodules: true
% endif
% if setup.java
<< "" >>
      - name: Set up Java
        uses: << actions.java >>
        with:
          distribution: << (setup.distribution or "temurin") | value >>
          java-version: << setup.java | quoted >>
% endif
% if setup.node
<< "" >>
      - name: Set up Node.js
        uses: << actions.node >>
        with:
          node-version: << setup.node | quoted >>
          package-manager-cache: false
% endif
% endmacro
% macro permissions(job)
% if job.pushes_to_ghcr
      packages: write # to push images to ghcr.io
% endif
% if job.setup.aws_role
      id-token: write # to log in to AWS without a stored key
% endif
% endmacro
% macro shipit(group, job)
    concurrency:
      group: << group >>
      cancel-in-progress: false
      queue: max
    steps:
<< set_up(job.setup) | lines >>

      - name: Release, build and deploy
        uses: OWNER/shipit@COMMIT
% if job.inputs
        with:
% for name, value in job.inputs.items()
          << name >>: << value | value >>
% endfor
% endif
% if job.setup.variables
        env:
% for name, value in job.setup.variables.items()
          << name >>: << value | value >>
% endfor
% endif
% endmacro
# Written by `shipit init`.
# Replace OWNER/shipit with the address of shipit's repository, and COMMIT with a commit that you reviewed.
name: Pipeline

on:
  push:
    branches: [<< branches | join(", ") >>]
  pull_request:
    branches: [<< release_branches | join(", ") >>]

permissions: {}

jobs:
  preview:
    name: Show what merging would release
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read # to read the history
      pull-requests: write # to write the preview on the pull request
    steps:
      - name: Check out
        uses: << actions.checkout >>
        with:
          fetch-depth: 0
          persist-credentials: false

      - name: Preview
        uses: OWNER/shipit@COMMIT

% for id, test in tests.items()
  << id >>:
    name: << test.name | value >>
    if: github.event_name == 'push'
% if test.called
    permissions:
      contents: read # to check out
    uses: << test.called >>
% else
<< runner(test.setup) | lines >>
    permissions:
      contents: read # to check out
% if test.env
    env:
% for name, value in test.env.items()
      << name | value >>: << value | value >>
% endfor
% endif
    steps:
<< set_up(test.setup) | lines >>
% for step in test.steps
<< "" >>
      - name: << (step.name or step.commands | first_line) | value >>
% if step.directory
        working-directory: << step.directory | value >>
% endif
% if step.env
        env:
% for name, value in step.env.items()
          << name | value >>: << value | value >>
% endfor
% endif
        run: << step.commands | script >>
% endfor
% endif
<< "" >>
% endfor
  release:
    name: Release
% if tests
    needs: [<< tests | join(", ") >>]
% endif
    if: << release.condition >>
<< runner(release.setup) | lines >>
    permissions:
      contents: write # to push the release commit and its tags, and to create the release
% if release.announces
      issues: write # to comment on the issues of a release
      pull-requests: write # to comment on the pull requests of a release
% endif
<< permissions(release) >><< shipit("release-${{ github.ref }}", release) | lines >>
% for name, job in environments.items()
<< "" >>
  << name >>:
    name: Deploy to << name >>
% if tests
    needs: [<< tests | join(", ") >>]
% endif
    if: << job.condition >>
<< runner(job.setup) | lines >>
    permissions:
      contents: read # to read the history and to build
<< permissions(job) >>      deployments: write # to show on GitHub what is deployed
<< shipit("deploy-" ~ name, job) | lines >>
% endfor
"""
