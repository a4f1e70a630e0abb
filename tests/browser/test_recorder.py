"""The voice recorder in a real Chromium whose microphone plays a file; its desk does what the test tells it.

What one records on the real desk stands in test_voice.py, and how it is heard, sent and answered in test_story.py.
"""

import io
import re
import time
from array import array
from collections.abc import Iterator

import av
import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Locator, Page, Route, expect, sync_playwright

from tests.samples.spoken import FOLDER, MICROPHONE_WAV
from tests.support.chromium import CHROMIUM_ARGS, chromium_path, microphone
from tests.support.recorder_page import RecorderPage

pytestmark = [pytest.mark.browser, pytest.mark.long]

PATIENCE_MS = 20_000
EXPECTED = re.compile("Failed to load resource|Transition was")  # the browser's own lines: a refusal, a page left early
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile"
KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("voice-notes", 1);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("chunks").objectStore("chunks").count();
    asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
  };
})"""
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
KEEP_STREAM = """() => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => (window.stream = await ask(wanted));
}"""
AT_ONCE = """() => {
  dispatchEvent(new Event("online"));  // whatever waits for a second try tries now
  return document.querySelector("li.recorded")?.dataset.state === "done";
}"""
# A busy machine's finger rests where it should move on: so it may, for half a minute.
SLOWLY = "() => { const wait = setTimeout; window.setTimeout = (work, ms, ...rest) => wait(work, 100 * ms, ...rest); }"
TRACK_TELLS = "(name) => stream.getTracks()[0].dispatchEvent(new Event(name))"  # what the system does, no page can


@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserType]:
    chromium_path()  # says what is missing before anything starts
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="module")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    browser = chromium.launch(executable_path=chromium_path(), args=[*CHROMIUM_ARGS, microphone(MICROPHONE_WAV)])
    yield browser
    browser.close()


@pytest.fixture
def desk() -> Iterator[RecorderPage]:
    with RecorderPage() as desk:
        yield desk


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(permissions=["microphone"], viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, desk: RecorderPage) -> Iterator[Page]:
    """The form, ready to record. What the browser complains about, a breach of the policy too, fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened(page, desk.url)
    assert [text for text in complaints if not EXPECTED.search(text)] == []


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator("[data-recorder-panel]")).to_be_visible(timeout=PATIENCE_MS)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def until_clock(page: Page, seconds: float) -> None:
    """Wait until that much is recorded at least: on a busy machine the clock leaves seconds out."""
    page.wait_for_function(
        """(seconds) => {
          const [minutes, rest] = document.querySelector("[data-recorder-elapsed]").textContent.split(":").map(Number);
          return minutes * 60 + rest >= seconds;
        }""",
        arg=seconds,
    )


def start(page: Page, seconds: int = 1) -> None:
    page.locator("[data-recorder-record]").click()
    until_clock(page, seconds)


def record(page: Page, seconds: int = 1) -> None:
    start(page, seconds)
    press(page, "Stop")


def is_in(page: Page, state: str) -> None:
    expect(page.locator("[data-recorder]")).to_have_attribute("data-state", state, timeout=PATIENCE_MS)


def note(page: Page, state: str, index: int = 0) -> Locator:
    """Wait until the note is in this state."""
    item = page.locator("li.recorded").nth(index)
    expect(item).to_have_attribute("data-state", state, timeout=PATIENCE_MS)
    return item


def hint(page: Page) -> Locator:
    return page.locator("[data-recorder-hint]")


def create(page: Page) -> None:
    press(page, "Create")
    page.wait_for_url("**/?sent")


def heard(audio: bytes) -> tuple[float, float]:
    """Return the length in seconds and the loudest sample (0..1) of a recording."""
    with av.open(io.BytesIO(audio), "r", options={"format_whitelist": "matroska,webm,mov,mp4,ogg"}) as container:
        resampler = av.AudioResampler("s16", "mono", 16_000)
        frames = [block for frame in container.decode(audio=0) for block in resampler.resample(frame)]
        samples = array("h", b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames))
    return len(samples) / 16_000, max(abs(sample) for sample in samples) / 32_768


def tall(locator: Locator) -> float:
    box = locator.bounding_box()
    return box["height"] if box else 0


def test_said_heard_corrected_and_sent(page: Page, desk: RecorderPage) -> None:  # S105
    assert tall(page.locator("[data-recorder-record]")) >= 56
    expect(page.locator("[data-recorder-panel]")).to_contain_text("Up to 5 minutes")
    start(page, seconds=3)
    expect(page.locator("[data-recorder-announcer]")).to_have_text("Recording")
    expect(page.locator("[data-recorder-remaining]")).to_have_text(re.compile(r"^[0-4]:\d\d left$"))
    assert min(tall(page.locator(f"[data-recorder-{name}]")) for name in ("pause", "stop")) >= 56
    press(page, "Stop")
    item = note(page, "done")
    expect(page.locator("#description")).to_have_value("one two")
    expect(page.locator("[data-recorder-announcer]")).to_contain_text("The text stands in the field")
    expect(item.get_by_role("button", name="Insert the text")).to_be_hidden()
    page.wait_for_function("() => Number.isFinite(document.querySelector('li.recorded audio').duration)")
    expect(item.locator("audio")).to_have_js_property("currentTime", 0)
    expect(item.locator("[data-waveform] path").first).to_have_attribute("d", re.compile("^M"))
    item.locator("[data-waveform]").click()  # its middle
    page.wait_for_function("() => document.querySelector('li.recorded audio').currentTime > 1.3")
    assert min(tall(item.get_by_role("button", name=name)) for name in ("Record anew", "Delete")) >= 44
    page.locator("#description").press_sequentially(", three")  # the caret stood at the end
    create(page)
    assert desk.sent == [{"description": ["one two, three"], "voice_note_ids": list(desk.notes)}]
    [upload] = desk.uploads
    length, loudest = heard(upload.audio)
    assert length > 2.5 and loudest > 0.05
    assert (upload.content_type, upload.file_name) in {
        ("audio/webm", "voice-note.webm"),
        ("audio/mp4", "voice-note.m4a"),
    }
    assert upload.is_recorded


def test_typed_text_is_not_overwritten_and_a_recording_can_be_replaced(page: Page, desk: RecorderPage) -> None:
    desk.stages = [{"state": "working", "percent": 40}]
    page.fill("#description", "I have typed")
    record(page)
    item = note(page, "working")
    expect(item.locator("[data-note-state]")).to_have_text("Recognizing… 40 %")
    expect(item.locator("progress")).to_have_js_property("value", 40)
    item.evaluate("(item) => { item.hidden = true; }")  # as it is while the form goes out
    page.fill("#description", "")
    desk.stages = [{"state": "done", "text": "one two"}]
    desk.go_on()
    note(page, "done")
    expect(page.locator("#description")).to_have_value("")  # the next comment's
    item.evaluate("(item) => { item.hidden = false; }")
    page.fill("#description", "I have typed")
    press(page, "Insert the text")
    expect(page.locator("#description")).to_have_value("I have typed\none two")
    expect(page.locator("[data-note-insert]")).to_be_hidden()
    page.fill("#description", "one two")  # as it was heard: it goes with its recording
    press(page, "Delete")
    expect(page.locator("#description")).to_have_value("")
    press(page, "Bring back")
    expect(page.locator("#description")).to_have_value("one two")
    press(page, "Record anew")
    until_clock(page, 1)
    press(page, "Stop")
    note(page, "done", index=1)
    note(page, "removed")
    create(page)
    assert desk.sent[0]["voice_note_ids"] == [list(desk.notes)[1]]


def test_recording_without_a_text_is_sent_all_the_same(page: Page, desk: RecorderPage) -> None:
    outcomes = [
        ({"state": "no-model"}, "no-model", "Its text will follow"),
        ({"state": "failed"}, "failed", "could not be made out"),
        ({"state": "failed", "error": "It is damaged. Say it again."}, "failed", "It is damaged. Say it again."),
        ({"state": "done", "text": ""}, "silent", "No words were made out"),
    ]
    for index, (stage, state, words) in enumerate(outcomes):
        desk.stages = [stage]
        record(page)
        expect(note(page, state, index).locator("[data-note-state]")).to_contain_text(words)
    expect(page.locator("#description")).to_have_value("")
    create(page)
    assert desk.sent[0]["voice_note_ids"] == list(desk.notes)


def test_a_recording_that_there_is_already_goes_the_same_way(page: Page, desk: RecorderPage) -> None:
    desk.answers.append(503)
    page.get_by_label("Or choose a recording that you have").set_input_files(FOLDER / "sentence.mp3")
    page.wait_for_function(AT_ONCE, polling=100)
    expect(note(page, "done").locator("[data-note-length]")).to_have_text("0:07")
    expect(page.locator("#description")).to_have_value("one two")
    [refused, upload] = desk.uploads
    assert refused.client_id == upload.client_id and upload.audio == (FOLDER / "sentence.mp3").read_bytes()
    assert upload.content_type == "audio/mpeg" and not upload.is_recorded  # so it may be longer than a recording
    create(page)
    assert desk.sent[0]["voice_note_ids"] == list(desk.notes)


def test_whatever_the_server_does_it_gets_one_note(page: Page, desk: RecorderPage) -> None:
    desk.answers.append(503)
    lost: list[Route] = []

    def drop_second(route: Route) -> None:
        lost.append(route)
        if len(lost) == 2:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/voice-notes", drop_second)
    record(page)
    page.wait_for_function(AT_ONCE, polling=100)
    note(page, "done")
    assert [upload.status for upload in desk.uploads[-3:]] == [503, 201, 201]
    assert len({(upload.client_id, upload.audio) for upload in desk.uploads}) == len(desk.notes) == 1


def test_without_a_network_it_is_kept_and_the_form_waits(
    page: Page, context: BrowserContext, desk: RecorderPage
) -> None:
    start(page)
    context.set_offline(True)
    press(page, "Create")
    expect(page.locator("[data-recorder-problem]")).to_contain_text("The form is not sent", timeout=PATIENCE_MS)
    expect(note(page, "held").locator("[data-note-state]")).to_contain_text("kept on this device")
    assert page.evaluate(KEPT) > 0
    assert desk.sent == []
    assert desk.uploads == []
    context.set_offline(False)
    note(page, "done")
    expect(page.locator("[data-recorder-problem]")).to_be_hidden()
    page.wait_for_function(f"() => ({KEPT})().then((count) => count === 0)")  # the server has it: no copy is left
    create(page)
    assert desk.sent[0]["voice_note_ids"] == list(desk.notes)


def test_what_a_page_reloaded_in_mid_recording_had_comes_back_once(
    page: Page, context: BrowserContext, desk: RecorderPage
) -> None:
    start(page, seconds=3)
    page.wait_for_function(f"() => ({KEPT})().then((count) => count >= 2)")
    other = opened(context.new_page(), desk.url)
    is_in(other, "idle")
    expect(other.locator("li.recorded")).to_have_count(0)  # it is the first tab's
    other.close()
    page.once("dialog", lambda question: question.accept())  # «Leave the page?»: it is not left without a word
    with page.expect_event("dialog"):
        page.reload()
    note(page, "done")
    expect(page.locator("[data-recorder-recovered]")).to_contain_text(re.compile(r"broken off\. Kept: \d:\d\d"))
    assert heard(desk.uploads[0].audio)[0] > 1.5
    opened(page, desk.url)  # the server has it, the form does not
    expect(note(page, "done").locator("input[name=voice_note_ids]")).to_have_value(next(iter(desk.notes)))
    expect(page.locator("[data-recorder-recovered]")).to_contain_text("had not been sent")
    create(page)
    opened(page, desk.url)
    is_in(page, "idle")
    expect(page.locator("li.recorded")).to_have_count(0)
    assert len(desk.uploads) == 1


def test_lost_session_signs_in_over_the_page_and_sends_it(page: Page, desk: RecorderPage) -> None:
    page.fill("#description", "typed before")
    start(page)
    desk.signed_in = False
    press(page, "Stop")
    dialog = page.locator("dialog[data-sign-in]")
    dialog.locator("[data-dialog-close]").click()
    expect(note(page, "held").locator("[data-note-state]")).to_contain_text("Sign in to upload")
    press(page, "Try again")
    dialog.locator("[name=login]").fill("client@romashka.example")
    dialog.locator("[name=password]").fill("client-demo-1")
    dialog.get_by_role("button", name="Enter").click()
    note(page, "done")
    assert [upload.status for upload in desk.uploads] == [401, 401, 201]
    expect(page.locator("#description")).to_have_value("typed before")


def test_refused_recording_says_why_and_can_be_kept(page: Page, desk: RecorderPage) -> None:
    page.locator("[data-recorder-record]").click()
    press(page, "Stop")
    expect(page.locator("[data-recorder-problem]")).to_contain_text("too short")  # a slip of the finger
    assert desk.uploads == []
    desk.answers.append(422)
    record(page)
    expect(page.locator("[data-recorder-problem]")).to_be_hidden()
    item = note(page, "refused")
    expect(item.locator("[data-note-state]")).to_have_text("This is not a recording that we can play.")
    with page.expect_download() as download:
        item.locator("[data-note-save]").click()
    assert heard(download.value.path().read_bytes())[0] > 0.5
    press(page, "Try again")
    note(page, "done")


def test_submit_while_recording_sends_once_with_the_recording(page: Page, desk: RecorderPage) -> None:
    desk.answers.append(503)
    desk.stages = [{"state": "waiting"}, {"state": "working", "percent": 70}, {"state": "done", "text": "three four"}]
    start(page)
    page.evaluate("() => { for (const _ of [1, 2]) document.querySelector('[type=submit]').click(); }")
    page.wait_for_url("**/?sent")
    assert [form["voice_note_ids"] for form in desk.sent] == [list(desk.notes)]
    assert len(desk.notes) == 1
    player = page.locator(".voice-note audio").element_handle()  # the thread follows its recognition and plays on
    expect(page.locator(".voice-note__transcript")).to_have_text("three four", timeout=PATIENCE_MS)
    expect(page.locator(".voice-note [data-waveform] .waveform__played")).to_be_attached()
    assert player is not None
    assert player.evaluate("(audio) => audio.isConnected")  # only what stands below it was swapped
    assert page.locator(".voice-note [hx-get]").count() == 0


def test_form_that_htmx_sends_and_swaps_keeps_its_recordings(page: Page, desk: RecorderPage) -> None:
    opened(page, f"{desk.url}?htmx")
    record(page)
    note(page, "done")
    page.fill("#description", "refuse")
    with page.expect_response("**/send"):
        press(page, "Create")
    item = note(page, "done")
    expect(page.locator("#description")).to_have_value("")
    expect(item.locator("input[name=voice_note_ids]")).to_have_value(next(iter(desk.notes)))
    expect(item.locator("[data-note-insert]")).to_be_visible()
    start(page)
    press(page, "Other")  # swaps the form in mid-recording
    expect(page.locator("li.recorded[data-state=done]")).to_have_count(2, timeout=PATIENCE_MS)
    expect(page.locator("[data-recorder-recovered]")).to_be_hidden()
    start(page)
    press(page, "Create")
    expect(page.locator("li.recorded")).to_have_count(0, timeout=PATIENCE_MS)
    is_in(page, "idle")
    assert len(desk.sent) == 1
    assert sorted(desk.sent[0]["voice_note_ids"]) == sorted(desk.notes)
    assert len(desk.notes) == 3


def test_pause_is_not_heard_and_a_muted_microphone_pauses(page: Page, desk: RecorderPage) -> None:
    page.evaluate(KEEP_STREAM)
    began = time.monotonic()
    start(page, seconds=2)
    press(page, "Pause")
    expect(page.locator("[data-recorder-announcer]")).to_have_text("Paused")
    before = page.locator("[data-recorder-elapsed]").inner_text()
    since = page.evaluate("() => performance.now()")
    page.wait_for_function("(since) => performance.now() > since + 1200", arg=since)  # a running clock would show it
    assert page.locator("[data-recorder-elapsed]").inner_text() == before
    press(page, "Continue")
    expect(page.locator("[data-recorder-announcer]")).to_have_text("Recording")
    page.evaluate(TRACK_TELLS, "mute")
    is_in(page, "paused")
    expect(hint(page)).to_contain_text("muted")
    page.evaluate(TRACK_TELLS, "unmute")
    expect(hint(page)).to_contain_text("Press “Continue”")
    press(page, "Continue")
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    expect(hint(page)).to_contain_text("the recording goes on")
    until_clock(page, 3)
    press(page, "Stop")
    note(page, "done")
    assert 2.5 < heard(desk.uploads[0].audio)[0] < time.monotonic() - began - 1.2


def test_what_ends_by_itself_is_kept_and_says_so(page: Page, desk: RecorderPage) -> None:
    page.evaluate(KEEP_STREAM)
    start(page)
    page.evaluate("() => stream.getTracks()[0].stop()")  # its recorder ends by itself, and nobody says why
    note(page, "done")
    expect(hint(page)).to_contain_text(re.compile(r"took the microphone away .* Kept: \d:\d\d"))
    opened(page, f"{desk.url}?seconds=2")
    note(page, "done")
    page.locator("[data-recorder-record]").click()
    note(page, "done", index=1)
    expect(hint(page)).to_contain_text("A recording may last 0:02 at most")
    # A page that goes away at once sends its recording again, under the same id: it is one all the same.
    first, second = {upload.client_id: heard(upload.audio)[0] for upload in desk.uploads}.values()
    assert first > 0.5 and second > 1.6


def test_held_by_a_finger_it_records_until_it_is_let_go(
    page: Page, context: BrowserContext, desk: RecorderPage
) -> None:
    touch = context.new_cdp_session(page)
    touch.send("Emulation.setUserAgentOverride", {"userAgent": ANDROID})

    def finger(kind: str, x: float = 0, y: float = 0) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def place() -> tuple[float, float]:
        box = page.locator("[data-recorder-record]").bounding_box()
        assert box is not None
        return box["x"] + 40, box["y"] + box["height"] / 2

    def hold() -> tuple[float, float]:
        x, y = place()
        finger("touchStart", x, y)
        expect(hint(page)).to_contain_text("Let go to finish")
        until_clock(page, 1)
        return x, y

    page.evaluate(KEEP_STREAM)
    x, y = hold()
    finger("touchMove", x + 9, y + 5)  # no hand is that still
    finger("touchEnd")
    note(page, "done")
    x, y = hold()
    finger("touchMove", x + 60, y - 150)
    finger("touchEnd")
    expect(hint(page)).to_be_hidden()
    is_in(page, "recording")  # it goes on without the finger
    press(page, "Stop")
    note(page, "done", index=1)
    hold()
    page.evaluate(TRACK_TELLS, "mute")  # a call: a phone's microphone is deaf after that
    note(page, "done", index=2)
    expect(hint(page)).to_contain_text("took the microphone away")
    finger("touchEnd")  # over the button, which is there again
    is_in(page, "idle")
    page.evaluate("() => { document.body.style.minHeight = '300vh'; }")
    page.evaluate(SLOWLY)
    x, y = place()
    finger("touchStart", x, y)
    for far in (60, 120):
        finger("touchMove", x, y - far)
    finger("touchEnd")
    page.wait_for_function("() => scrollY > 0")  # it was no press
    is_in(page, "idle")
    page.locator("[data-recorder-record]").tap()
    is_in(page, "recording")
    assert len(desk.uploads) == 3


def test_refused_microphone_says_how_to_allow_it_and_the_form_works(chromium: BrowserType, desk: RecorderPage) -> None:
    refusing = [switch for switch in CHROMIUM_ARGS if switch != "--use-fake-ui-for-media-stream"]
    browser = chromium.launch(executable_path=chromium_path(), args=[*refusing, "--deny-permission-prompts"])
    page = opened(browser.new_page(), desk.url)
    page.set_default_timeout(PATIENCE_MS)
    page.locator("[data-recorder-record]").click()
    expect(page.get_by_role("alert")).to_contain_text("icon at the left of the address, allow the microphone")
    expect(page.locator("[data-recorder-record]")).to_be_focused()
    page.fill("#description", "typed instead")
    page.context.grant_permissions(["microphone"])
    expect(page.locator("[data-recorder-problem]")).to_be_hidden(timeout=PATIENCE_MS)  # allowed after all
    record(page)
    note(page, "done")
    expect(page.locator("#description")).to_have_value("typed instead")
    browser.close()


def test_missing_microphone_is_named(chromium: BrowserType, desk: RecorderPage) -> None:
    without = [switch for switch in CHROMIUM_ARGS if switch != "--use-fake-device-for-media-stream"]
    browser = chromium.launch(executable_path=chromium_path(), args=without)
    page = opened(browser.new_page(), desk.url)
    page.locator("[data-recorder-record]").click()
    expect(page.get_by_role("alert")).to_contain_text("No microphone was found", timeout=PATIENCE_MS)
    page.fill("#description", "typed instead")
    create(page)
    assert desk.sent == [{"description": ["typed instead"], "voice_note_ids": []}]
    browser.close()


def test_without_scripts_a_sentence_stands_in_its_place(browser: Browser, desk: RecorderPage) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.url)
    expect(page.get_by_text("You can attach a sound file instead")).to_be_visible()
    expect(page.locator("[data-recorder-record]")).to_be_hidden()
    context.close()
