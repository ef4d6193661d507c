# Deskwire as a container: docs/operation.md tells how to run it.
# It needs one folder to write to, /data; all else may be read-only.

FROM python:3.11-slim AS build
WORKDIR /deskwire
COPY requirements.lock ./
# A venv without pip: what runs needs none.
RUN python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python install --no-cache-dir --no-compile \
        --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
COPY run.py ./
COPY api ./api
COPY bot ./bot
COPY config ./config
COPY locales ./locales
COPY storage ./storage
# Byte code cannot be written later, on a read-only file system.
RUN /venv/bin/python -m compileall -q -j 0 /venv/lib /deskwire

FROM python:3.11-slim
# Numbers that no base image uses: the volumes' files stay ours when it changes.
RUN groupadd --gid 10001 deskwire \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --no-log-init \
        --shell /usr/sbin/nologin deskwire \
    && install -d -o deskwire -g deskwire -m 0700 /data /backups
COPY --from=build /venv /venv
COPY --from=build /deskwire /deskwire
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DESKWIRE_HOST=0.0.0.0 \
    DESKWIRE_PORT=8080 \
    DESKWIRE_DATABASE=/data/deskwire.db
USER deskwire
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['DESKWIRE_PORT'] + '/healthz', timeout=4)"]
CMD ["python", "/deskwire/run.py"]
