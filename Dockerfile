# shipit for other CI systems, with the programs that it runs: git, ssh, the docker client and buildx.
#
#     docker build -t shipit .
#     docker run --rm -v "$PWD:/work" shipit plan
#
# It runs as the user 1000. To build images, give it the socket of an engine and its group:
#     docker run --rm -v "$PWD:/work" -v /var/run/docker.sock:/var/run/docker.sock \
#         --group-add "$(stat -c %g /var/run/docker.sock)" shipit image dev
ARG BASE=debian:trixie-slim

FROM $BASE AS packages
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3 python3-venv >/dev/null
WORKDIR /source
COPY requirements/aws.txt requirements/build.txt requirements/
# A mirror of PyPI, and the authority that signed its certificate, can be given as build secrets.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf --mount=type=secret,id=ca \
    python3 -m venv /opt/shipit && python3 -m venv /opt/build \
    && if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi \
    && /opt/shipit/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements/aws.txt \
    && /opt/build/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements/build.txt
COPY pyproject.toml LICENSE README.md ./
COPY src src
COPY templates templates
COPY docs/errors.md docs/errors.md
COPY man man
RUN /opt/build/bin/python -m hatchling build -t wheel -d /wheel >/dev/null \
    && /opt/shipit/bin/pip install --quiet --no-index --no-deps /wheel/*.whl

FROM $BASE
LABEL org.opencontainers.image.title="shipit" \
      org.opencontainers.image.description="From commit to running container, by one plan that you can read first" \
      org.opencontainers.image.licenses="MIT"
# git refuses the repository of another user. The only repository here is the one that you mount: it is accepted,
# whoever owns it.
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        ca-certificates docker-buildx docker-cli git openssh-client python3 >/dev/null \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* \
    && useradd --uid 1000 --create-home shipit \
    && git config --system --add safe.directory '*'
COPY --from=packages /opt/shipit /opt/shipit
ENV PATH=/opt/shipit/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
WORKDIR /work
ENTRYPOINT ["shipit"]
