"""Puts the desk together: settings, extensions, blueprints, the error table, the commands."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from flask import Flask, Response, abort, g, request
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

import commands
import config
from blueprints import _bounds, _brand, _errors, _identity, _reader, _templates, _times, _web, _words
from extensions import babel, compress, csrf, db, htmx, limiter, login_manager, migrate, redis, tune_sqlite
from services import richtext
from services import settings as desk_settings

BLUEPRINTS = (
    "admin",
    "admin_kb",
    "admin_articles",
    "admin_robot",
    "admin_settings",
    "admin_types",
    "admin_companies",
    "admin_deliveries",
    "admin_equipment",
    "admin_people",
    "attachments",
    "comments",
    "company",
    "desk",
    "glances",
    "devices",
    "hand_off",
    "help",
    "kb",
    "ledger",
    "live_words",
    "moves",
    "notifications",
    "outbox",
    "pages",
    "passwords",
    "profile",
    "push",
    "pwa",
    "registration",
    "session",
    "share",
    "suggestions",
    "tickets",
    "transcripts",
    "unsubscribe",
    "uploads",
    "voice_notes",
)
LOCALES = ("ru", "en")
POOL = {"pool_size": 8, "max_overflow": 32, "pool_use_lifo": True}  # as many as a web process has threads, and some
QUIET = {"hide_parameters": True}  # a failed statement is logged without its values: links' keys, people's words
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Desk(Flask):
    """Flask with requests and templates of ours."""

    request_class = _web.Asked
    response_class = _web.Answered
    session_interface = _web.Sessions()
    jinja_environment = _templates.Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """None of our functions is a coroutine; Flask would look at some twenty of them anew in each request."""
        return func


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Return the application. `settings` win over the environment (see `config.SETTINGS`)."""
    app = Desk(__name__)
    app.config.update(config.load(**(settings or {})))
    _configure(app)
    _bind(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"blueprints.{name}").bp)
    if app.config["DEMO"]:
        app.register_blueprint(import_module("blueprints.demo").bp)
        app.register_blueprint(import_module("blueprints.styleguide").bp)
    _errors.init_app(app)
    _dress(app)
    commands.init_app(app)
    return app


def _configure(app: Flask) -> None:
    secure = app.config["PUBLIC_URL"].startswith("https://")
    sqlite = app.config["DATABASE_URL"].startswith("sqlite")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=app.config["DATABASE_URL"],
        SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 30}, **POOL, **QUIET}
        if sqlite
        else {"pool_pre_ping": True, **POOL, **QUIET},
        MAX_CONTENT_LENGTH=(20 * 75 + 8) * 1024 * 1024,  # S34: 75 MiB a file, 20 files, and the text around them
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_NAME="desk",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        REMEMBER_COOKIE_NAME="desk_remember",
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=secure,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form may stay open on a roof for hours
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="ru",
        BABEL_TRANSLATION_DIRECTORIES="translations",
        RATELIMIT_STORAGE_URI=app.config["REDIS_URL"].replace("unix://", "redis+unix://", 1),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],  # docs/benchmarks.md: the first is twice as fast for 5 % more bytes
        COMPRESS_ZSTD_LEVEL=4,
        COMPRESS_BR_LEVEL=4,
        COMPRESS_BR_WINDOW=18,  # 256 KiB hold any page; Brotli's 4 MiB cost more time to fetch than the page to press
        COMPRESS_MIN_SIZE=800,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "application/javascript",
            "application/json",
            "application/manifest+json",
            "image/svg+xml",
        ],
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]


def _bind(app: Flask) -> None:
    redis.init_app(app.config["REDIS_URL"])
    db.init_app(app)
    with app.app_context():
        engine: Engine = db.engine
        if engine.dialect.name == "sqlite":
            tune_sqlite(engine)
        event.listen(engine, "before_cursor_execute", _count_statement)
    migrate.init_app(app, db, render_as_batch=True)
    _bounds.init_app(app)  # before what reads forms
    csrf.init_app(app)
    babel.init_app(app, locale_selector=_locale, timezone_selector=lambda: str(_times.reader_zone()))
    _templates.init_app(app)
    htmx.init_app(app)
    limiter.init_app(app)
    compress.init_app(app)
    login_manager.init_app(app)
    _identity.init_app(app)
    _reader.init_app(app)


def _count_statement(*_: Any) -> None:
    """Count what a request asks of the database: `Server-Timing` shows it, tests hold pages to a number."""
    if g:
        g.statements = g.get("statements", 0) + 1


def _locale() -> str:
    own = getattr(current_user, "locale", None) or request.cookies.get("lang")
    return own if own in LOCALES else "ru"


def _dress(app: Flask) -> None:
    """Give templates their words and answers their headers."""

    @app.before_request
    def refuse_what_no_text_holds() -> None:
        if "\0" in request.path:
            abort(404)

    app.jinja_env.globals.update(
        asset=_web.asset,
        brand_sheet=_brand.address,
        dt=_times.moment,
        day=_times.day,
        safe_html=lambda html: Markup(richtext.shown(html)),
        clock=_times.clock,
        clock_seconds=_times.clock_seconds,
        short_time=_times.short,
        status_text=_words.status_text,
        verb_text=_words.verb_text,
        site_name=LocalProxy(lambda: desk_settings.text("site_name")),
        legal_name=LocalProxy(lambda: desk_settings.text("legal_name")),
        demo=app.config["DEMO"],
    )
    app.context_processor(
        lambda: {
            "locale": _times._locale(),
            "copyright_year": desk_settings.text("copyright_year") or _web.now().year,  # S132
            "section": g.get("section", ""),
        }
    )

    fixed = [
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "microphone=(self), camera=(self), geolocation=()"),
    ]
    if app.config["PUBLIC_URL"].startswith("https://"):
        fixed.append(("Strict-Transport-Security", "max-age=31536000"))

    @app.after_request
    def headers(response: Response) -> Response:
        known = {name.lower() for name, _ in response.headers}
        found = [(name, value) for name, value in fixed if name.lower() not in known]
        if request.endpoint != "static":
            if "vary" in known:
                response.vary.add("HX-Request")
            else:
                found.append(("Vary", "HX-Request"))
            if "cache-control" not in known:
                found.append(("Cache-Control", "no-store" if current_user.is_authenticated else "no-cache"))
        if app.config["DEMO"]:
            found.append(("Server-Timing", f'sql;desc="{g.get("statements", 0)}"'))
        response.headers.extend(found)  # at once: setting one looks through all the others
        return response
