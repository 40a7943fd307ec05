# One image for a small shop: the platform and every service. `make images` builds it.
ARG BUILDER_IMAGE=argosy/builder
ARG BASE_IMAGE=argosy/base

FROM ${BUILDER_IMAGE} AS code
COPY libs/ /image/opt/argosy/libs/
COPY services/ /image/opt/argosy/services/
RUN ["python3", "-m", "tools.images.inside.seal", "/image"]

FROM ${BASE_IMAGE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="argosy/all-in-one" \
      org.opencontainers.image.description="All services of Argosy" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=code /image /
CMD ["web", "--host", "0.0.0.0", "--port", "8000"]
