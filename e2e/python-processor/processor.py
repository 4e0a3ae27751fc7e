"""A processor in another language: counts the words of drafts. docs/processor-contract.md says why each step is there."""

import asyncio
import hashlib
import json
import os
import re
import sys
import traceback
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import httpx
import nats
import uvicorn
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from graphql import build_ast_schema, graphql, parse
from identity import Identity, Refused
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from pydantic import AwareDatetime, BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

ID, VERSION, TAKES, MAKES = "word-count", "1", "text-input-v1", "word-count-v1"
RUNS_AT_ONCE, TRIES, BODY_LIMIT, FIRST = 4, 5, 8 * 1024 * 1024, "1970-01-01T00:00:00Z 00000000-0000-0000-0000-000000000000"
URLS = {name: os.environ[f"{name.upper()}_URL"] for name in ("gateway", "state", "processors")}
SPACE = os.environ.get("NAMESPACE", "blobgraph")
TABLE = """CREATE TABLE IF NOT EXISTS word_counts (
  id uuid PRIMARY KEY, user_id text NOT NULL, parent_id text NOT NULL, generation int NOT NULL, title text NOT NULL,
  words int NOT NULL, characters int NOT NULL, created_at timestamptz NOT NULL, stale boolean NOT NULL DEFAULT false,
  registration text NOT NULL DEFAULT 'waiting', register_at timestamptz NOT NULL DEFAULT now() + interval '10 seconds');
CREATE INDEX IF NOT EXISTS word_counts_of_user ON word_counts (user_id, created_at, id);
CREATE INDEX IF NOT EXISTS word_counts_due ON word_counts (register_at) WHERE registration = 'waiting'"""
OF_USER = "SELECT * FROM word_counts WHERE user_id = $1 AND id = ANY($2::uuid[])"
SDL = Path(__file__).with_name("schema.graphql").read_text()
FEDERATION = """scalar _Any union _Entity = WordCount type _Service { sdl: String! }
  type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }"""
db: asyncpg.Pool
client = httpx.AsyncClient(timeout=30, trust_env=False)


def derived_id(source: str, generation: int) -> str:
    parts = ["derived", source, ID, VERSION] + ([str(generation)] if generation > 0 else [])
    return str(uuid.uuid5(uuid.UUID("b1068af4-6ad5-5f0e-9b7c-3f6f3c1d2a60"), json.dumps(parts, separators=(",", ":"))))


async def call(to: str, method: str, path: str, user: str | None, body: dict | None = None) -> dict:
    headers = {"authorization": f"Bearer {identity.sign(to, f'{method} {path}', user)}"}
    answer = await client.request(method, URLS[to] + path, json=body, headers=headers)
    if answer.is_success:
        return answer.json()
    error = answer.json()["error"] if answer.status_code < 500 else {"code": "SERVICE_UNAVAILABLE", "message": to}
    raise Refused(answer.status_code, error["code"], error["message"])


async def processors() -> dict:
    known = (await call("processors", "GET", "/api/v1/processors", None))["processors"]
    return {each["id"]: each for each in known if each["status"] != "retired"}


async def fetch_keys(service: str) -> list:
    base = URLS.get(service) or (await processors()).get(service, {}).get("base_url")
    answer = await client.get(f"{base}/.well-known/jwks.json", timeout=2) if base else None
    return answer.json()["keys"] if answer and answer.is_success else []


# Runs: events ask for them, state begins and ends them.


class Run(BaseModel):
    processor_id: str
    attempt: int = 1
    generation: int | None = None


class Event(BaseModel):
    type: str = Field(alias="ce-type")
    blob_id: str
    user_id: str
    schema_id: str
    pending: bool = False
    run: Run | None = None

    def asks_for_run(self) -> bool:
        is_mine = self.run is not None and self.run.processor_id == ID if self.type == "blob.retried" else self.type == "blob.created"
        return is_mine and self.schema_id == TAKES and not self.pending

    def attempt(self, message) -> int:
        first = self.run.attempt if self.run and self.type == "blob.retried" else 1
        return first + int(message.headers.get("blobgraph-replay-attempts", 0)) + message.metadata.num_delivered - 1


def event_of(message) -> Event | None:
    try:
        return Event(**json.loads(message.data), **{"ce-type": message.headers["ce-type"]})
    except (KeyError, TypeError, ValueError):
        return None


async def make(source: dict, user: str, id: str, generation: int):
    """The result is stored before anybody hears of it, and the first one stored wins."""
    if "data" not in source:
        [source] = (await call("state", "POST", "/api/v1/blobs/batch", user, {"ids": [source["id"]]}))["blobs"]
    text, now = source["data"]["content"], datetime.now(UTC)
    insert = "INSERT INTO word_counts VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    await db.execute(insert, id, user, source["id"], generation, source["title"], len(text.split()), len(text), now)
    return await db.fetchrow("SELECT * FROM word_counts WHERE id = $1", id)


async def register(row, attempt: int):
    blob = document(row)
    told = {name: blob[name] for name in ("user_id", "generation", "schema_id", "title", "preview", "size_bytes", "content_hash")}
    told |= {"processor_id": ID, "processor_version": VERSION, "storage_location": f"{ID}-db", "remote_blob_id": blob["id"]}
    told |= {"parent_id": row["parent_id"], "run": {"blob_id": row["parent_id"], "attempt": attempt}}
    registration, seconds = "waiting", 30
    try:
        await call("state", "POST", "/api/v1/runs/finish", row["user_id"], told)
        registration = "registered"
    except Refused as refused:
        if refused.code in ("BLOB_DELETED", "USER_ERASING"):
            await db.execute("DELETE FROM word_counts WHERE id = $1", row["id"])
        registration = "waiting" if refused.passes else "refused"
        raise
    finally:
        settle = "UPDATE word_counts SET registration = $2, register_at = now() + make_interval(secs => $3) WHERE id = $1"
        await db.execute(settle, row["id"], registration, seconds)


async def run(event: Event, attempt: int):
    beginning = {"blob_id": event.blob_id, "processor_id": ID, "attempt": attempt}
    if event.run and event.run.generation is not None:
        beginning["generation"] = event.run.generation
    begun = await call("state", "POST", "/api/v1/runs/begin", event.user_id, beginning)
    if not begun["done"]:
        id = derived_id(event.blob_id, begun["generation"])
        row = await db.fetchrow("SELECT * FROM word_counts WHERE id = $1", id)
        await register(row or await make(begun["sources"][0], event.user_id, id, begun["generation"]), attempt)


async def handle(message):
    event, tries = event_of(message), message.metadata.num_delivered
    if event is None:
        return await message.term()
    if not event.asks_for_run():
        return await message.ack_sync()
    working = asyncio.create_task(say_working(message))
    try:
        await run(event, event.attempt(message))
        await message.ack_sync()
    except Refused as refused:
        if refused.code in ("BLOB_NOT_FOUND", "BLOB_DELETED", "USER_ERASING", "CANCELLED", "PROCESSOR_RETIRED"):
            await message.ack_sync()
        else:  # what it needs is away, or it is paused: that is no fault of the run's, however often it is tried
            await (message.nak(delay=min(tries, 15)) if refused.passes else fail(message, event))
    except (httpx.TransportError, asyncpg.PostgresConnectionError, OSError):
        await message.nak(delay=min(tries, 15))
    except Exception:  # the run's own fault: told to the user once it was tried often enough
        traceback.print_exc()
        await (fail(message, event) if tries >= TRIES else message.nak(delay=tries))
    finally:
        working.cancel()


async def fail(message, event: Event):
    error = {"code": "PROCESSING_FAILED", "message": "The text could not be counted."}
    failed = {"blob_id": event.blob_id, "processor_id": ID, "state": "FAILED", "attempt": event.attempt(message), "error": error}
    await call("state", "POST", "/api/v1/processing", event.user_id, failed)
    await message.term()


async def say_working(message):
    while True:
        await asyncio.sleep(10)
        await message.in_progress()


async def consume(jetstream):
    filters = [f"{SPACE}.{subject}" for subject in ("blob.created.*", "blob.retried.*", f"replay.{ID}")]
    wanted = ConsumerConfig(durable_name=ID, ack_policy=AckPolicy.EXPLICIT, deliver_policy=DeliverPolicy.ALL, ack_wait=30,
                            max_deliver=-1, max_ack_pending=1000, filter_subjects=filters)
    await jetstream.add_consumer(SPACE.upper(), wanted)
    subscription = await jetstream.pull_subscribe_bind(durable=ID, stream=SPACE.upper())
    while True:
        try:
            [message] = await subscription.fetch(1, timeout=5)
        except nats.errors.TimeoutError:
            continue
        await handle(message)


async def sweep():
    """Registers what a crash left untold, and what the index asks for again."""
    due = "SELECT * FROM word_counts WHERE registration = 'waiting' AND register_at <= now() LIMIT 100"
    for row in await db.fetch(due):
        await register(row, 1)
    await asyncio.sleep(1)


async def again_and_again(step, *arguments):
    while True:
        try:
            await step(*arguments)
        except Exception:  # the log or a service is away
            traceback.print_exc()
            await asyncio.sleep(1)


# What it answers: REST and GraphQL.

app = FastAPI(openapi_url=None)
OPEN = ("/health", "/ready", "/.well-known/jwks.json")
SYSTEM = ("gateway", "state", "processors", "schemas", "events")
MAY_ASK = {  # by route: on behalf of a user, for itself
    "POST /graphql": (["gateway", "processors"], []), "GET /blobs/:": (["gateway", "processors"], []),
    "GET /users/:/blobs": (["gateway", "processors"], []), "POST /blobs/batch": (["gateway", "processors", "processor"], []),
    "POST /blobs/delete": (["state"], []), "POST /blobs/stale": (["state"], []),
    "DELETE /users/:/blobs": (["state"], []), "GET /inventory": ([], ["state"]),
    "POST /inventory/existing": ([], ["state"]), "POST /inventory/counts": ([], ["state"]),
    "POST /inventory/reopen": ([], ["state"])}


def refusal(request: Request, refused: Refused) -> JSONResponse:
    error = {"code": refused.code, "message": refused.message} | ({"field": refused.field} if refused.field else {})
    return JSONResponse({"error": error, "request_id": request.state.id}, refused.status)


@app.middleware("http")
async def admit(request: Request, answer):
    given = request.headers.get("x-request-id", "")
    request.state.id = given if re.fullmatch(r"[\w-]{1,64}", given) else uuid.uuid4().hex
    try:
        if request.url.path not in OPEN:
            request.state.user = await admitted(request)
        if int(request.headers.get("content-length", 0)) > BODY_LIMIT:
            raise Refused(413, "PAYLOAD_TOO_LARGE", "The request body is larger than 8 MiB. Send less at once.")
        response = await answer(request)
    except Refused as refused:
        response = refusal(request, refused)
    except Exception:
        traceback.print_exc()
        response = refusal(request, Refused(500, "INTERNAL", "Something went wrong on our side."))
    response.headers["x-request-id"] = request.state.id
    return response


async def admitted(request: Request) -> str | None:
    [path, *_] = [each.path for each in app.routes if each.matches(request.scope)[0] == Match.FULL] or [request.url.path]
    route = f"{request.method} {re.sub('{[^}]*}', ':', path)}"
    service, user = await identity.verify(request.headers.get("authorization", ""), route)
    kind = service if service in SYSTEM else "processor"
    for_users, for_itself = MAY_ASK.get(route, (["gateway"], []))
    if kind not in (for_itself if user is None else for_users):
        needs_user = user is None and kind in for_users
        raise Refused(*(401, "UNAUTHENTICATED") if needs_user else (403, "FORBIDDEN"), f"`{service}` may not ask this.")
    if kind == "processor" and MAKES not in (await processors()).get(service, {}).get("readable_schema_ids", []):
        raise Refused(403, "FORBIDDEN", f"`{service}` is not registered as one that reads these blobs.")
    return user


@app.exception_handler(Refused)
async def refused(request: Request, error: Refused):
    return refusal(request, error)


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError):
    [first, *_] = error.errors()
    if first["type"] == "json_invalid" or len(first["loc"]) < 2:
        return refusal(request, Refused(400, "BAD_REQUEST", "The body must be a JSON object: send `Content-Type: application/json`."))
    field = str(first["loc"][1])
    return refusal(request, Refused(400, "VALIDATION_FAILED", f"`{field}`: {first['msg']}.", field))


@app.exception_handler(HTTPException)
async def not_found(request: Request, _error: HTTPException):
    return refusal(request, Refused(404, "NOT_FOUND", "There is nothing at this path."))


class Ids(BaseModel):
    ids: list[str] = Field(max_length=1000)


class Users(BaseModel):
    user_ids: list[str] = Field(max_length=1000)
    before: AwareDatetime


class Operation(BaseModel):
    query: str = Field(max_length=256 * 1024)
    variables: dict | None = None
    operationName: str | None = None


def uuids(ids: list[str]) -> list[str]:
    return [each for each in ids if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", each)]


def shown(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def document(row) -> dict:
    data = {"words": row["words"], "characters": row["characters"]}
    text = json.dumps(data).encode()
    return {
        "id": str(row["id"]), "user_id": row["user_id"], "parent_blob_id": row["parent_id"], "schema_id": MAKES,
        "source_blob_ids": [row["parent_id"]], "generation": row["generation"], "schema_version": "1.0.0",
        "title": row["title"], "preview": f"{row['words']} words", "content_hash": hashlib.sha256(text).hexdigest(),
        "size_bytes": len(text), "stale": row["stale"], "created_at": shown(row["created_at"]), "data": data}


def own(request: Request, user_id: str) -> str:
    if user_id == request.state.user:
        return user_id
    raise Refused(404, "NOT_FOUND", "There is no such user, or it is not you.")


@app.get("/health")
async def health():
    return {"status": "ok", "service": ID}


@app.get("/ready")
async def ready():
    checks = {"store": "ok", "event log": "ok" if log.is_connected else "unreachable"}
    try:
        await db.fetchval("SELECT 1", timeout=2)
    except (asyncpg.PostgresError, OSError):
        checks["store"] = "unreachable"
    well = all(state == "ok" for state in checks.values())
    told = {"status": "ready" if well else "unavailable", "service": ID, "checks": checks}
    return JSONResponse(told, 200 if well else 503)


@app.get("/.well-known/jwks.json")
async def jwks():
    return {"keys": [identity.jwk]}


@app.get("/blobs/{id}")
async def blob(request: Request, id: str):
    row = await db.fetchrow(OF_USER, request.state.user, uuids([id]))
    if row is None:
        raise Refused(404, "BLOB_NOT_FOUND", "There is no blob of this id, or it is not yours.")
    return {"blob": document(row)}


@app.post("/blobs/batch")
async def batch(request: Request, body: Ids):
    return {"blobs": [document(row) for row in await db.fetch(OF_USER, request.state.user, uuids(body.ids))]}


@app.get("/users/{user_id:path}/blobs")
async def page(request: Request, user_id: str, since: AwareDatetime | None = None, after: str | None = None,
               limit: Annotated[int, Field(ge=1, le=100)] = 20):
    try:
        time, id = (bytes.fromhex(after or "").decode() or FIRST).split(" ")
        place = datetime.fromisoformat(time), uuid.UUID(id)
    except ValueError:
        raise Refused(400, "CURSOR_INVALID", "`after` must be the `next` of a list.", "after") from None
    rows = await db.fetch("""SELECT * FROM word_counts WHERE user_id = $1 AND (created_at, id) > ($2, $3)
        AND ($4::timestamptz IS NULL OR created_at >= $4) ORDER BY created_at, id LIMIT $5""",
                          own(request, user_id), *place, since, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    next = f"{shown(last['created_at'])} {last['id']}".encode().hex() if last else None
    return {"blobs": [document(row) for row in rows[:limit]], "next": next}


@app.post("/blobs/delete")
async def delete(request: Request, body: Ids):
    await db.execute("DELETE FROM word_counts WHERE user_id = $1 AND id = ANY($2::uuid[])", request.state.user, uuids(body.ids))
    return {}


@app.post("/blobs/stale")
async def mark_stale(request: Request, body: Ids):
    stale = "UPDATE word_counts SET stale = true WHERE user_id = $1 AND id = ANY($2::uuid[])"
    await db.execute(stale, request.state.user, uuids(body.ids))
    return {}


@app.delete("/users/{user_id:path}/blobs")
async def erase(request: Request, user_id: str):
    some = "SELECT id FROM word_counts WHERE user_id = $1 LIMIT 2000"
    deleted = await db.fetch(f"DELETE FROM word_counts WHERE id IN ({some}) RETURNING id", own(request, user_id))
    return {"deleted": len(deleted), "more": len(deleted) == 2000}


@app.get("/inventory")
async def inventory(before: AwareDatetime, limit: Annotated[int, Field(ge=1, le=200)], after: uuid.UUID = uuid.UUID(int=0)):
    page = "SELECT * FROM word_counts WHERE created_at < $1 AND id > $2 ORDER BY id LIMIT $3"
    return {"processor_id": ID, "blobs": [
        {"id": str(row["id"]), "user_id": row["user_id"], "source_ids": [row["parent_id"]],
         "created_at": shown(row["created_at"]), "registration": row["registration"]}
        for row in await db.fetch(page, before, after, limit)]}


@app.post("/inventory/existing")
async def existing(body: Ids):
    rows = await db.fetch("SELECT id FROM word_counts WHERE id = ANY($1::uuid[])", uuids(body.ids))
    return {"processor_id": ID, "ids": [str(row["id"]) for row in rows]}


@app.post("/inventory/counts")
async def counts(body: Users):
    rows = await db.fetch("""SELECT user_id, count(*) FILTER (WHERE created_at < $2) AS older, count(*) AS total
        FROM word_counts WHERE user_id = ANY($1) AND registration <> 'refused' GROUP BY user_id""", body.user_ids, body.before)
    return {"processor_id": ID, "counts": [dict(row) for row in rows]}


@app.post("/inventory/reopen")
async def reopen(body: Ids):
    waiting = "UPDATE word_counts SET registration = 'waiting', register_at = now() WHERE id = ANY($1::uuid[])"
    await db.execute(waiting, uuids(body.ids))
    return {"processor_id": ID}


async def entities(_root, info, representations: list[dict]):
    """All of them by one statement; what is missing, or another user's, is null."""
    rows = await db.fetch(OF_USER, info.context, uuids([str(each.get("id")) for each in representations]))
    found = {str(row["id"]): {
        "id": str(row["id"]), "parentBlob": {"id": row["parent_id"]}, "words": row["words"],
        "characters": row["characters"], "createdAt": shown(row["created_at"])} for row in rows}
    return [found.get(each.get("id")) for each in representations]


graph = build_ast_schema(parse(SDL + FEDERATION), assume_valid=True, assume_valid_sdl=True)
graph.query_type.fields["_entities"].resolve = entities
graph.query_type.fields["_service"].resolve = lambda *_: {"sdl": SDL}
graph.type_map["_Entity"].resolve_type = graph.type_map["Blob"].resolve_type = lambda *_: "WordCount"


@app.post("/graphql")
async def answer(request: Request, operation: Operation):
    given = {"variable_values": operation.variables, "operation_name": operation.operationName}
    result = await graphql(graph, operation.query, context_value=request.state.user, **given)
    for error in result.errors or []:
        if error.original_error:
            print(f"operation failed: {error.original_error!r}", file=sys.stderr)
            error.message = "Something went wrong on our side."
        error.extensions["code"] = "INTERNAL" if error.original_error else "GRAPHQL_VALIDATION_FAILED"
    return JSONResponse(result.formatted, 200 if result.data is not None else 400)


async def main():
    global db, log
    db = await asyncpg.create_pool(os.environ["POSTGRES_URL"], min_size=1, max_size=8)
    await db.execute(TABLE)
    log = await nats.connect(os.environ["NATS_URL"].split(","), max_reconnect_attempts=-1)
    consuming = [again_and_again(consume, log.jetstream()) for _ in range(RUNS_AT_ONCE)]
    background = [asyncio.create_task(each) for each in [*consuming, again_and_again(sweep)]]
    listening = {"host": "127.0.0.1", "port": int(os.environ.get("PORT", "9000")), "log_level": "warning"}
    await uvicorn.Server(uvicorn.Config(app, **listening)).serve()
    for task in background:
        task.cancel()


identity = Identity(ID, load_pem_private_key(Path(os.environ["WORD_COUNT_KEY_FILE"]).read_bytes(), None), fetch_keys)
if __name__ == "__main__":
    asyncio.run(main())
