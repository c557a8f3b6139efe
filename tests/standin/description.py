"""GitHub's own description of its API, as the judge of every request and answer of the stand-in.

`github.json` is GitHub's text, cut but not changed. What it says wrongly or too narrowly is put right here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

HOST = "http://github.test"
EVERYWHERE = ("401", "403", "404", "422")  # any operation may answer these; the description names them for some only


@dataclass
class Request:
    """One request as openapi-core wants to see it; `path` has no slash inside a parameter."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    host_url: str = HOST
    parameters: RequestParameters = field(init=False)

    def __post_init__(self) -> None:
        self.method = self.method.lower()
        query = ImmutableMultiDict(parse_qsl(self.query))  # without empty parameters, which GitHub accepts
        self.parameters = RequestParameters(query=query, header=Headers(dict(self.headers)))

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").lower()


@dataclass(frozen=True)
class Response:
    """One answer as openapi-core wants to see it."""

    status_code: int
    data: bytes
    content_type: str = "application/json"
    headers: Headers = field(default_factory=Headers)


class Description:
    """Says what is wrong with a request or an answer; an empty string when nothing is."""

    def __init__(self) -> None:
        self._accepted: set[str] = set()
        text = (Path(__file__).parent / "github.json").read_text(encoding="utf-8")
        described = _put_right(json.loads(text)) | {"servers": [{"url": HOST}]}
        self.operations = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
        self._schemas = described["components"]["schemas"]
        self._openapi = OpenAPI.from_dict(described, config=Config(spec_validator_cls=None))

    def wrong_request(self, request: Request) -> str:
        case = (request.method, request.path, request.query, request.content_type, request.body)
        return self._judged(case, lambda: self._openapi.validate_request(request))

    def wrong_response(self, request: Request, response: Response) -> str:
        case = (request.method, request.path, response.status_code, response.content_type, response.data)
        return self._judged(case, lambda: self._openapi.validate_response(request, response))

    def _judged(self, case: tuple[object, ...], validate: Callable[[], object]) -> str:
        """Say what is wrong, without validating again what was accepted before: validating takes milliseconds."""
        shape = _CHANGING.sub(lambda found: "time" if ":" in found[0] else "id", repr(case))
        if shape in self._accepted:
            return ""
        try:
            validate()
        except OpenAPIError as error:
            return _in_words(error)
        self._accepted.add(shape)
        return ""

    def filled(self, schema: str, **known: Any) -> dict[str, Any]:
        """An object of that schema: what is `known`, and a meaningless value for whatever else is required."""
        return dict(self._filler({"$ref": schema}) | known)

    def _filler(self, schema: dict[str, Any]) -> Any:
        schema = self._schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        if schema.get("nullable"):
            return None
        if "oneOf" in schema:
            return self._filler(schema["oneOf"][0])
        if schema.get("type") == "object":
            return {name: self._filler(schema["properties"][name]) for name in schema.get("required", ())}
        if schema.get("type") == "string":
            return _STRINGS.get(schema.get("format", ""), "")
        return _SCALARS[schema["type"]]


# Ids, ports and valid times: they differ from test to test, and the description asks for no more than their form.
_CHANGING = re.compile(
    r"\b[0-9a-f]{40}\b|(?<=127\.0\.0\.1:)[0-9]+"
    r"|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}\b"
)


def _in_words(error: BaseException) -> str:
    details = [each.message for each in getattr(error, "schema_errors", ())]
    cause = error.__cause__
    return "; ".join([f"{error}", *details, *([_in_words(cause)] if cause else [])])


def _put_right(node: Any) -> Any:
    """The corrections, each with its reason."""
    if isinstance(node, list):
        return [_put_right(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {key: _put_right(value) for key, value in node.items()}
    if node.get("nullable") and "oneOf" in node:  # null matches none of the alternatives, says the specification
        node["oneOf"] = [*node["oneOf"], {"nullable": True, "enum": [None]}]
    if "application/octet-stream" in node:  # an asset is sent as what it is, a .json as application/json
        node = {"*/*": node["application/octet-stream"]}
    if "operationId" in node:
        node["responses"] = dict.fromkeys(EVERYWHERE, _BASIC_ERROR) | node["responses"]
    return node


_SCALARS = {"integer": 0, "boolean": False, "array": []}
_STRINGS = {"date-time": "2026-01-01T00:00:00Z", "uri": HOST}
_BASIC_ERROR = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/basic-error"}}}}
