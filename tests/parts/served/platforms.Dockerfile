# The same for several platforms: only the first stage runs anything, on the platform that builds.
ARG BASE=base/busybox:1

FROM --platform=${BUILDPLATFORM} ${BASE} AS build
ARG VERSION=unknown
ARG TARGETPLATFORM
RUN mkdir /site && echo "${VERSION}" > /site/version && echo "${TARGETPLATFORM}" > /site/platform

FROM scratch
COPY --from=build /site /site
COPY --from=build /bin/busybox /bin/httpd
EXPOSE 8080
CMD ["/bin/httpd", "-f", "-p", "8080", "-h", "/site"]
