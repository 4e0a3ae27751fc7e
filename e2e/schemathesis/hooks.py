"""What is asked beside what Schemathesis makes up, and what no answer may hold.

WATCH names a JSON file:
  ids       ids that are put in the place of some that were made up: the caller's own, and those of another user
  secrets   by name, texts that no answer may hold: keys, passwords, folders, what the other user wrote
  faults    error codes that say that the fault is the server's
ANSWERS names a file that a line is added to for each answer: its status.
"""

import json
import os
import re

import schemathesis
from graphql.language.ast import NameNode, ObjectFieldNode
from hypothesis import strategies as st
from schemathesis.graphql import nodes

with open(os.environ["WATCH"], encoding="utf8") as file:
    WATCH = json.load(file)
# Unbuffered: the process may be ended at any moment.
ANSWERS = open(os.environ["ANSWERS"], "ab", buffering=0)

# Lines of a stack of Node or Python, and files of this machine.
INSIDES = re.compile(
    r"\n\s+at .+:\d+:\d+|Traceback \(most recent|node_modules|/dist/|\bfile:///|(?:SELECT|INSERT INTO|UPDATE) .+ (?:FROM|VALUES|SET) "
)
# Of every five ids, so many are real ones.
REAL = 3

ids = st.one_of(*[st.sampled_from(WATCH["ids"])] * REAL, *[st.text(max_size=40)] * (5 - REAL))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def as_node(value):
    if value is None:
        return nodes.Null
    if isinstance(value, bool):
        return nodes.Boolean(value)
    if isinstance(value, int):
        return nodes.Int(value)
    if isinstance(value, str):
        return nodes.String(value)
    if isinstance(value, list):
        return nodes.List([as_node(each) for each in value])
    # GraphQL's literals have names for keys; others are sent as text, which is JSON as well.
    if not all(re.fullmatch(r"[_A-Za-z][_0-9A-Za-z]*", key) for key in value):
        return nodes.String(json.dumps(value))
    return nodes.Object(
        [ObjectFieldNode(name=NameNode(value=key), value=as_node(each)) for key, each in value.items()]
    )


moments = st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z") | st.text(max_size=30)
whole_numbers = st.integers(-(2**60), 2**60)
GRAPH_SCALARS = {"ID": ids, "JSON": json_values, "DateTime": moments, "BigInt": whole_numbers}
for name, strategy in GRAPH_SCALARS.items():
    schemathesis.graphql.scalar(name, strategy.map(as_node))


def is_endless(operation):
    """Whether an operation answers with events that come for as long as somebody reads: Schemathesis reads to the end."""
    responses = operation.get("responses", {}) if isinstance(operation, dict) else {}
    return any("text/event-stream" in response.get("content", {}) for response in responses.values())


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Endless streams are left out: `e2e/slow/transports.e2e.ts` has those."""
    for path in raw_schema.get("paths", {}).values():
        for method in [method for method, operation in path.items() if is_endless(operation)]:
            del path[method]


@schemathesis.hook
def flatmap_path_parameters(context, path_parameters):
    """Ids that were made up are replaced, for nothing but 404 would come of them."""
    names = [name for name in path_parameters or {} if name == "id" or name.endswith("_id")]
    if not names:
        return st.just(path_parameters)
    return st.fixed_dictionaries({name: ids for name in names}).map(
        lambda real: {**path_parameters, **{name: value for name, value in real.items() if value.strip(" ./")}}
    )


@schemathesis.hook
def after_call(context, case, response):
    ANSWERS.write(f"{response.status_code}\n".encode())


def codes_of(response):
    """The codes of all errors of an answer, however it tells them."""
    try:
        body = response.json()
    except ValueError:
        return []
    if not isinstance(body, dict):
        return []
    told = [body, body.get("error"), *[each.get("extensions") for each in body.get("errors") or [] if isinstance(each, dict)]]
    return [each["code"] for each in told if isinstance(each, dict) and isinstance(each.get("code"), str)]


@schemathesis.check
def no_fault_of_ours(ctx, response, case):
    if response.status_code >= 500:
        raise AssertionError(f"{response.status_code}: {response.text[:300]}")
    ours = [code for code in codes_of(response) if code in WATCH["faults"]]
    if ours:
        raise AssertionError(f"{ours}: {response.text[:300]}")


@schemathesis.check
def tells_nothing(ctx, response, case):
    told = response.content.decode("utf8", "replace") + json.dumps(dict(response.headers))
    asked = json.dumps([case.path_parameters, case.query, case.body], default=str)
    for name, text in WATCH["secrets"].items():
        if text in told:
            raise AssertionError(f"The answer holds {name}")
    inside = INSIDES.search(told)
    if inside and inside.group().strip() not in asked:
        raise AssertionError(f"The answer tells of our insides: {inside.group()[:100]}")
