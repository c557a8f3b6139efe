# shipit for other CI systems, with the programs that it runs: git, ssh, the docker client and buildx.
#
#     docker build -t shipit .
#     docker run --rm -v "$PWD:/work" shipit plan
#
# It runs as the user 1000. To build images, give it the socket of an engine and its group:
#     docker run --rm -v "$PWD:/work" -v /var/run/docker.sock:/var/run/docker.sock \
#         --group-add "$(stat -c %g /var/run/docker.sock)" shipit image dev
#
# Two builds of a commit give the same digest if the base image and the packages of Debian are the same:
#     SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) docker buildx build --provenance=false \
#         --output type=oci,dest=shipit.tar,name=shipit,rewrite-timestamp=true .
#     docker load --input shipit.tar
# It needs an engine that stores images in containerd, or a BuildKit of its own.
ARG BASE=debian:trixie-slim

FROM $BASE AS packages
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3 python3-venv >/dev/null
WORKDIR /source
COPY requirements/aws.txt requirements/build.txt requirements/
# A mirror of PyPI, and the authority that signed its certificate, can be given as build secrets.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf --mount=type=secret,id=ca \
    python3 -m venv --without-pip /opt/shipit && python3 -m venv /opt/build \
    && if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi \
    && install="/opt/build/bin/pip --quiet --python" && options="--no-compile --require-hashes --only-binary :all:" \
    && $install /opt/shipit install $options -r requirements/aws.txt \
    && $install /opt/build install $options -r requirements/build.txt
COPY pyproject.toml LICENSE README.md ./
COPY src src
COPY templates templates
COPY docs/errors.md docs/errors.md
COPY man man
ARG SOURCE_DATE_EPOCH
# Compiled modules with the time of their source would differ from build to build.
RUN /opt/build/bin/python -m hatchling build -t wheel -d /wheel >/dev/null \
    && /opt/build/bin/pip --quiet --python /opt/shipit install --no-compile --no-index --no-deps /wheel/*.whl \
    && /opt/shipit/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/shipit/lib

FROM $BASE
LABEL org.opencontainers.image.title="shipit" \
      org.opencontainers.image.description="From commit to running container, by one plan that you can read first" \
      org.opencontainers.image.licenses="MIT"
ARG SOURCE_DATE_EPOCH
# git refuses the repository of another user. The only repository here is the one that you mount: it is accepted,
# whoever owns it.
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        ca-certificates docker-buildx docker-cli git openssh-client python3 >/dev/null \
    && useradd --uid 1000 --create-home shipit \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* \
    && git config --system --add safe.directory '*'
COPY --from=packages /opt/shipit /opt/shipit
ENV PATH=/opt/shipit/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
WORKDIR /work
ENTRYPOINT ["shipit"]
