"""A tiny site for the island tests: pages under the real policies, recorded writes."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
DIST = ROOT / "web/static/dist"

POLICY = {
    "P": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'none'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}
POLICY["F"] = POLICY["P"].replace("img-src 'self' data:", "img-src 'self' data: blob:")
POLICY["D"] = POLICY["P"].replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

KEPT = "public, max-age=31536000, immutable"  # as our server says of them
KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".json": "application/json",
}


@dataclass
class Answer:
    """What a route answers."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """One recorded request that changes something."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


Route = Callable[[Call], Answer]


def js(value, status=200, **headers):
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), headers=headers)


def problem(status, title, detail, **more):
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    answer = js(body, status)
    answer.kind = "application/problem+json"
    return answer


def file(name, kind="application/xml", etag='"1"'):
    return lambda _call: Answer(200, (FIXTURES / name).read_bytes(), kind, {"ETag": etag})


class Site:
    """A server on a free port of the loopback; `routes` may be changed by a test."""

    def __init__(self):
        self.routes: dict[tuple[str, str], Route] = {}
        self.calls: list[Call] = []
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.manifest = json.loads((DIST / "manifest.json").read_text("utf-8"))
        site = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                site.serve(self)

            def do_POST(self):
                site.serve(self)

            def do_PUT(self):
                site.serve(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def clear(self):
        """Forget all routes, pages and calls."""
        self.routes.clear()
        self.calls.clear()
        self.pages.clear()

    def sent(self, method, path):
        return [call for call in self.calls if call.method == method and call.path == path]

    def page(self, path, body, *, policy="P", island=None):
        links = [self.manifest["style.css"]["file"]]
        scripts = [self.manifest["base.js"]["file"]]
        if island:
            row = self.manifest[f"{island}.js"]
            scripts.append(row["file"])
            links += [row["css"]] if "css" in row else []
        head = "".join(f'<link rel="stylesheet" href="/static/dist/{name}">' for name in links)
        foot = "".join(
            f'<script type="module" src="/static/dist/{name}"></script>' for name in scripts
        )
        html = (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="csrf-token" content="token-1"><title>守护</title>{head}{foot}</head>'
            f'<body data-test="1">{body}</body></html>'
        )
        self.pages[path] = (policy, html.encode())

    def serve(self, handler):
        path = urlsplit(handler.path).path
        length = int(handler.headers.get("Content-Length") or 0)
        headers = {name.title(): value for name, value in handler.headers.items()}
        call = Call(handler.command, path, headers, handler.rfile.read(length))
        call.query = parse_qs(urlsplit(handler.path).query)
        if handler.command != "GET":
            self.calls.append(call)
        answer = self.answer(call)
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.kind)
        handler.send_header("Content-Length", str(len(answer.body)))
        for name, value in {"Cache-Control": "no-store", **answer.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if answer.body:
            handler.wfile.write(answer.body)

    def answer(self, call):
        if call.method == "GET" and call.path in self.pages:
            policy, html = self.pages[call.path]
            return Answer(
                200,
                html,
                "text/html; charset=utf-8",
                {"Content-Security-Policy": POLICY[policy]},
            )
        if call.path.startswith("/static/dist/"):
            target = DIST / Path(call.path).name
            if target.is_file():
                kind = KINDS.get(target.suffix, "text/plain")
                return Answer(200, target.read_bytes(), kind, {"Cache-Control": KEPT})
        route = self.routes.get((call.method, call.path))
        if route:
            return route(call)
        if call.path == "/favicon.ico":
            return Answer(204)
        return problem(404, "没有找到", call.path)


def options(value):
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'
