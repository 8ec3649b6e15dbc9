"""The OpenAPI document as one page for people, with nothing loaded from elsewhere."""

from html import escape
from typing import Any

Json = dict[str, Any]

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1c1e21}h2{margin-top:3rem;border-bottom:1px solid #ccc}
details{margin:.5rem 0;border:1px solid #ddd;
border-radius:6px;padding:.5rem .8rem}summary{cursor:pointer}code{font:14px ui-monospace,monospace;
background:#f2f3f5;padding:.1rem .3rem;border-radius:4px}.m{display:inline-block;min-width:4.5rem;
font-weight:700}table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{text-align:left;
border-top:1px solid #eee;padding:.25rem .5rem;vertical-align:top}
@media(prefers-color-scheme:dark){body{background:#17181a;color:#e4e6eb}code{background:#2a2c30}
details,td,th,h2{border-color:#3a3c40}a{color:#8ab4f8}}
"""

_INTRODUCTION = """
<p>Send a key with every call: <code>Authorization: Bearer TOKEN</code>, the bare token, or Basic
with client id and secret. The same as data: <a href=/openapi.json>/openapi.json</a>.</p>
"""


def build_page(document: Json) -> str:
    """Return the page as HTML."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width,initial-scale=1">',
        f"<title>Bellwether API</title><style>{_STYLE}</style><h1>Bellwether API</h1>",
        _INTRODUCTION,
    ]
    for tag in document["tags"]:
        parts.append(f"<h2 id={escape(tag['name'])}>{escape(tag['description'])}</h2>")
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    parts.append(_operation(path, method, operation))
    parts.append("<h2 id=schemas>Shapes</h2>")
    for name, schema in sorted(document["components"]["schemas"].items()):
        parts.append(
            f"<details id=schema-{escape(name)}><summary><code>{escape(name)}</code></summary>"
            f"<p>{escape(schema.get('description', ''))}</p>{_properties(schema)}</details>"
        )
    return "\n".join(parts)


def _operation(path: str, method: str, operation: Json) -> str:
    parts = [
        f"<details><summary><span class=m>{escape(method.upper())}</span>",
        f"<code>{escape(path)}</code> {escape(operation['summary'])}</summary>",
        f"<p>{escape(operation.get('description', ''))}</p>",
    ]
    if "parameters" in operation:
        rows = [
            (one["name"], one["in"] + (", required" if one["required"] else ""), one)
            for one in operation["parameters"]
        ]
        cells = "".join(
            f"<tr><td><code>{escape(name)}</code><td>{escape(where)}<td>{_type(one['schema'])}"
            f"<td>{escape(one.get('description', ''))}"
            for name, where, one in rows
        )
        parts.append(f"<table><tr><th>parameter<th>where<th>type<th>meaning{cells}</table>")
    if "requestBody" in operation:
        parts.append(f"<p>Body: {_type(_schema_of(operation['requestBody']))}</p>")
    answers = "".join(
        f"<tr><td>{escape(status)}<td>{_type(_schema_of(one))}<td>{escape(one['description'])}"
        for status, one in operation["responses"].items()
    )
    parts.append(f"<table><tr><th>status<th>body<th>meaning{answers}</table></details>")
    return "".join(parts)


def _schema_of(holder: Json) -> Json:
    content = holder.get("content", {})
    schema: Json = content.get("application/json", {}).get("schema", {})
    return schema


def _properties(schema: Json) -> str:
    if "properties" not in schema:
        return f"<p>{_type(schema)}</p>"
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{'required' if name in required else ''}"
        f"<td>{_type(one)}<td>{escape(one.get('description', ''))}"
        for name, one in schema["properties"].items()
    )
    return f"<table><tr><th>field<th><th>type<th>meaning{rows}</table>"


def _type(schema: Json) -> str:
    if not schema:
        return ""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f"<a href=#schema-{name}><code>{name}</code></a>"
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    if schema.get("type") == "array":
        return "list of " + (_type(schema.get("items", {})) or "anything")
    name = escape(str(schema.get("type", "anything")))
    return name + (f" ({escape(schema['format'])})" if "format" in schema else "")
