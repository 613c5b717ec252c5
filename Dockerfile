# One image for every role; the servers themselves are other images (compose.yaml).
FROM python:3.13-slim AS environment
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock \
 && sha256sum requirements.lock | cut -c1-64 > .venv/requirements.lock.sha256

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data shenguan \
 && install -d -o shenguan -g shenguan -m 0700 /data
WORKDIR /app
COPY --from=environment /app/.venv .venv
COPY shenguan requirements.lock kafka.lock LICENSE ./
COPY domain domain
COPY schemas schemas
COPY ledger ledger
COPY followers followers
COPY projections projections
COPY consumers consumers
COPY runtime runtime
COPY messages messages
USER shenguan
ENV PYTHONDONTWRITEBYTECODE=1 SHENGUAN_HOME=/data
VOLUME /data
ENTRYPOINT ["./shenguan"]
CMD ["--help"]
