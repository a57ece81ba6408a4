# Encore with its model, for amd64 and arm64. docs/operations.md says how to run it.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS packages
WORKDIR /opt/encore
RUN python -m venv .venv
COPY requirements.txt requirements-voice.txt ./
# --build-arg VOICE=1 adds what Discord's voice channels need, some 100 MB.
ARG VOICE=
# Only wheels: nothing is compiled here, and nothing that was not pinned with its hash is installed.
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary=:all: \
        -r requirements.txt ${VOICE:+-r requirements-voice.txt} \
    && .venv/bin/pip uninstall --yes --quiet pip setuptools

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Encore" \
      org.opencontainers.image.description="A party bot for Discord, Slack and the browser" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin encore \
    && install --directory --owner=encore --group=encore --mode=0700 /data
WORKDIR /opt/encore
COPY --from=packages /opt/encore/.venv .venv
COPY LICENSE ./
COPY models/starter models/starter
COPY db db
COPY cogs cogs
COPY bot bot
RUN .venv/bin/python -m compileall -q bot cogs db
# `container` tells the bot that its own address is none for guests: it names PUBLIC_URL instead.
ENV PATH=/opt/encore/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    container=docker \
    DATABASE_URL=sqlite+aiosqlite:////data/party.db \
    ROOM_HOST=0.0.0.0 \
    ROOM_PORT=8080
USER encore
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-m", "bot.healthy"]
ENTRYPOINT ["python", "-m", "bot"]
