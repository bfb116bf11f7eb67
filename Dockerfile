# The daemon and the libraries that it links, nothing else: no shell, no package manager.
#
#     docker build --build-arg BASE=debian:bookworm-slim@sha256:... --tag portcullis:0.1.0 .
#
# `make image` builds it without a registry. The build is reproducible on the same base. For another
# architecture (`--platform linux/arm64`) it is cross-compiled.
ARG BASE=debian:bookworm-slim
FROM --platform=$BUILDPLATFORM ${BASE} AS tools
ARG TARGETARCH
WORKDIR /src
ENV CCACHE_BASEDIR=/src CCACHE_COMPILERCHECK=content CCACHE_SLOPPINESS=locale \
    DEB_HOST_ARCH=$TARGETARCH CMAKE_TOOLCHAIN_FILE=/src/cmake/cross.cmake
RUN dpkg --add-architecture $TARGETARCH && \
    apt-get update && apt-get install --yes --no-install-recommends make ca-certificates
COPY Makefile .
COPY scripts/install_packages.sh scripts/
RUN make build-deps

FROM tools AS build
COPY . .
ARG WERROR=OFF
RUN cmake --preset release -D PORTCULLIS_TESTS=OFF -D PORTCULLIS_WERROR=$WERROR \
      -D CMAKE_INSTALL_PREFIX=/usr && \
    cmake --build --preset release --target portcullis && \
    sh scripts/stage_image.sh build/release /image

FROM scratch
COPY --from=build /image /
# Root, since Kubernetes gives NET_ADMIN to root only; it needs none of root's other capabilities.
USER 0:0
ENTRYPOINT ["/usr/bin/portcullis"]
CMD ["run"]
