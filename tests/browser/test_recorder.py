"""The voice recorder in a real Chromium whose microphone plays a file; its desk does what the test tells it."""

import io
import re
import threading
from array import array
from collections.abc import Iterator

import av
import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Locator, Page, Route, expect, sync_playwright

from tests.samples.spoken import MICROPHONE_WAV
from tests.support.chromium import CHROMIUM_ARGS, chromium_path, microphone
from tests.support.recorder_page import RecorderPage

pytestmark = [pytest.mark.browser, pytest.mark.long]

PATIENCE_MS = 20_000
EXPECTED = re.compile("Failed to load resource|Transition was")  # the browser's own lines: a refusal, a page left early
PENDING = """() => new Promise((resolve) => {
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
    context = browser.new_context(permissions=["microphone"], viewport={"width": 390, "height": 844})
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


def start(page: Page, seconds: int = 1) -> None:
    """Record until the clock shows `seconds`."""
    page.locator("[data-recorder-record]").click()
    expect(page.locator("[data-recorder-elapsed]")).to_have_text(f"0:{seconds:02d}", timeout=PATIENCE_MS)


def record(page: Page, seconds: int = 1) -> None:
    start(page, seconds)
    press(page, "Stop")


def note(page: Page, state: str, index: int = 0) -> Locator:
    """Wait until the note is in this state."""
    item = page.locator("li.recorded").nth(index)
    expect(item).to_have_attribute("data-state", state, timeout=PATIENCE_MS)
    return item


def heard(audio: bytes) -> tuple[float, float]:
    """Return the length in seconds and the loudest sample (0..1) of a recording."""
    with av.open(io.BytesIO(audio), "r", options={"format_whitelist": "matroska,webm,mov,mp4,ogg"}) as container:
        resampler = av.AudioResampler("s16", "mono", 16_000)
        frames = [block for frame in container.decode(audio=0) for block in resampler.resample(frame)]
        samples = array("h", b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames))
    return len(samples) / 16_000, max(abs(sample) for sample in samples) / 32_768


def test_recording_arrives_whole_and_audible(page: Page, desk: RecorderPage) -> None:  # S105
    record(page, seconds=3)
    note(page, "done")
    [upload] = desk.uploads
    length, loudest = heard(upload.audio)
    assert 2.8 < length < 4.5
    assert loudest > 0.05
    assert upload.content_type in {"audio/webm", "audio/mp4"}
    assert upload.file_name in {"voice-note.webm", "voice-note.m4a"}


def test_recognised_text_goes_into_an_empty_field_and_stays_editable(page: Page) -> None:  # S105
    record(page)
    expect(page.locator("#description")).to_have_value("one two", timeout=PATIENCE_MS)
    expect(page.locator("[data-recorder-announcer]")).to_contain_text("The text stands in the field")
    expect(note(page, "done").get_by_role("button", name="Insert the text")).to_be_hidden()
    page.locator("#description").press_sequentially(", three")
    expect(page.locator("#description")).to_have_value("one two, three")  # the caret stood at the end


def test_typed_text_is_not_overwritten(page: Page) -> None:
    page.fill("#description", "I have typed")
    record(page)
    note(page, "done")
    expect(page.locator("#description")).to_have_value("I have typed")
    press(page, "Insert the text")
    expect(page.locator("#description")).to_have_value("I have typed\none two")
    expect(page.locator("[data-note-insert]")).to_be_hidden()


def test_form_carries_the_notes_id(page: Page, desk: RecorderPage) -> None:
    record(page)
    note(page, "done")
    press(page, "Create")
    page.wait_for_url("**/?sent")
    assert desk.sent == [{"description": ["one two"], "voice_note_ids": list(desk.notes)}]


def test_progress_is_shown_while_it_is_recognised(page: Page, desk: RecorderPage) -> None:
    desk.stages = [{"state": "working", "percent": 40}] * 3 + [{"state": "done", "text": "three"}]
    record(page)
    item = note(page, "working")
    expect(item.locator("[data-note-state]")).to_have_text("Recognizing… 40 %")
    expect(item.locator("progress")).to_have_js_property("value", 40)
    note(page, "done")


@pytest.mark.parametrize(
    ("stage", "state", "words"),
    [
        ({"state": "no-model"}, "no-model", "Its text will follow"),
        ({"state": "failed"}, "failed", "could not be made out"),
        ({"state": "done", "text": ""}, "silent", "No words were made out"),
    ],
)
def test_recording_without_a_text_is_sent_all_the_same(
    page: Page, desk: RecorderPage, stage: dict[str, str], state: str, words: str
) -> None:
    desk.stages = [stage]
    record(page)
    expect(note(page, state).locator("[data-note-state]")).to_contain_text(words)
    expect(page.locator("#description")).to_have_value("")
    press(page, "Create")
    page.wait_for_url("**/?sent")
    assert desk.sent[0]["voice_note_ids"] == list(desk.notes)


def test_server_error_is_tried_again_under_the_same_client_id(page: Page, desk: RecorderPage) -> None:
    desk.answers.extend([503, 500])
    record(page)
    note(page, "done")
    assert [upload.status for upload in desk.uploads] == [503, 500, 201]
    assert len({upload.client_id for upload in desk.uploads}) == 1
    assert len({upload.audio for upload in desk.uploads}) == 1


def test_dead_network_keeps_the_recording_until_it_is_back(
    page: Page, context: BrowserContext, desk: RecorderPage
) -> None:
    start(page)
    context.set_offline(True)
    press(page, "Stop")
    expect(note(page, "held").locator("[data-note-state]")).to_contain_text("kept on this device")
    assert page.evaluate(PENDING) > 0
    assert desk.uploads == []
    context.set_offline(False)
    note(page, "done")
    assert len(desk.notes) == 1
    page.wait_for_function(f"() => ({PENDING})().then((count) => count === 0)")  # the server has it: no copy is left


def test_recording_survives_a_killed_page(page: Page, context: BrowserContext, desk: RecorderPage) -> None:
    start(page, seconds=3)
    page.wait_for_function(f"() => ({PENDING})().then((count) => count >= 2)")
    page.goto("about:blank")
    opened(page, desk.url)
    note(page, "done")
    expect(page.locator("[data-recorder-recovered]")).to_be_visible()
    length, _loudest = heard(desk.uploads[0].audio)
    assert length > 1.5


def test_uploaded_but_unsent_recording_comes_back_after_a_reload(page: Page, desk: RecorderPage) -> None:
    record(page)
    note(page, "done")
    opened(page, desk.url)
    item = note(page, "done")
    expect(item.locator("input[name=voice_note_ids]")).to_have_value(next(iter(desk.notes)))
    press(page, "Create")
    page.wait_for_url("**/?sent")
    opened(page, desk.url)
    page.wait_for_function("() => document.querySelector('[data-recorder]').dataset.state === 'idle'")
    expect(page.locator("li.recorded")).to_have_count(0)
    assert len(desk.uploads) == 1


def test_second_tab_leaves_the_recording_of_the_first_alone(
    page: Page, context: BrowserContext, desk: RecorderPage
) -> None:
    start(page, seconds=2)
    other = opened(context.new_page(), desk.url)
    other.wait_for_function(f"() => ({PENDING})().then((count) => count >= 1)")
    page.bring_to_front()
    press(page, "Stop")
    note(page, "done")
    expect(other.locator("li.recorded")).to_have_count(0)
    assert len(desk.uploads) == 1


def test_lost_session_signs_in_over_the_page_and_sends_it(page: Page, desk: RecorderPage) -> None:
    page.fill("#description", "typed before")
    start(page)
    desk.signed_in = False
    press(page, "Stop")
    dialog = page.locator("dialog[data-sign-in]")
    dialog.locator("[name=login]").fill("client@romashka.example")
    dialog.locator("[name=password]").fill("client-demo-1")
    dialog.get_by_role("button", name="Enter").click()
    note(page, "done")
    assert [upload.status for upload in desk.uploads] == [401, 201]
    expect(page.locator("#description")).to_have_value("typed before")


def test_closed_sign_in_waits_for_a_press(page: Page, desk: RecorderPage) -> None:
    start(page)
    desk.signed_in = False
    press(page, "Stop")
    page.locator("dialog[data-sign-in] [data-dialog-close]").click()
    expect(note(page, "held").locator("[data-note-state]")).to_contain_text("Sign in to upload")
    press(page, "Try again")
    expect(page.locator("dialog[data-sign-in]")).to_be_visible()


def test_refused_recording_says_why_and_can_be_kept(page: Page, desk: RecorderPage) -> None:
    desk.answers.append(422)
    record(page)
    item = note(page, "refused")
    expect(item.locator("[data-note-state]")).to_have_text("This is not a recording that we can play.")
    with page.expect_download() as download:
        item.locator("[data-note-save]").click()
    assert heard(download.value.path().read_bytes())[0] > 0.5
    press(page, "Try again")
    note(page, "done")


def test_submit_while_recording_waits_for_the_upload(page: Page, desk: RecorderPage) -> None:
    desk.answers.append(503)
    start(page, seconds=2)
    press(page, "Create")
    page.wait_for_url("**/?sent")
    [sent] = desk.sent
    assert sent["voice_note_ids"] == list(desk.notes)
    assert len(sent["voice_note_ids"]) == 1


def test_two_presses_while_recording_send_once(page: Page, desk: RecorderPage) -> None:
    desk.answers.append(503)
    start(page)
    page.evaluate("() => { for (const _ of [1, 2]) document.querySelector('[type=submit]').click(); }")
    page.wait_for_url("**/?sent")
    assert len(desk.sent) == 1


def test_form_is_not_sent_without_its_recording(page: Page, context: BrowserContext, desk: RecorderPage) -> None:
    start(page)
    context.set_offline(True)
    press(page, "Create")
    expect(page.locator("[data-recorder-problem]")).to_contain_text("The form is not sent", timeout=PATIENCE_MS)
    assert desk.sent == []
    context.set_offline(False)
    note(page, "done")
    expect(page.locator("[data-recorder-problem]")).to_be_hidden()
    press(page, "Create")
    page.wait_for_url("**/?sent")


def test_htmx_form_waits_too_and_the_next_one_is_empty(page: Page, desk: RecorderPage) -> None:
    opened(page, f"{desk.url}?htmx")
    start(page)
    press(page, "Create")
    expect(page.locator("#description")).to_have_value("")
    page.wait_for_function("() => document.querySelector('[data-recorder]').dataset.state === 'idle'")
    expect(page.locator("li.recorded")).to_have_count(0)
    assert len(desk.sent) == 1
    assert desk.sent[0]["voice_note_ids"] == list(desk.notes)


def test_refused_form_keeps_its_recording(page: Page, desk: RecorderPage) -> None:
    opened(page, f"{desk.url}?htmx")
    page.fill("#description", "refuse")
    record(page)
    note(page, "done")
    with page.expect_response("**/send"):
        press(page, "Create")
    expect(page.locator("#description")).to_have_value("")
    item = note(page, "done")
    expect(item.locator("input[name=voice_note_ids]")).to_have_value(next(iter(desk.notes)))
    expect(item.locator("[data-note-insert]")).to_be_visible()
    expect(page.locator("li.recorded")).to_have_count(1)


def test_swap_of_the_form_by_another_move_keeps_what_is_recorded(page: Page, desk: RecorderPage) -> None:
    opened(page, f"{desk.url}?htmx")
    record(page)
    note(page, "done")
    start(page, seconds=2)
    press(page, "Other")
    expect(page.locator("li.recorded[data-state=done]")).to_have_count(2, timeout=PATIENCE_MS)
    expect(page.locator("[data-recorder-recovered]")).to_be_hidden()
    press(page, "Create")
    expect(page.locator("li.recorded")).to_have_count(0, timeout=PATIENCE_MS)
    assert sorted(desk.sent[0]["voice_note_ids"]) == sorted(desk.notes)


def test_pause_stops_the_clock_and_is_not_heard(page: Page, desk: RecorderPage) -> None:
    start(page, seconds=2)
    press(page, "Pause")
    expect(page.locator("[data-recorder-announcer]")).to_have_text("Paused")
    expect(page.locator("[data-recorder-meter]")).to_be_visible()
    before = page.locator("[data-recorder-elapsed]").inner_text()
    since = page.evaluate("() => performance.now()")
    page.wait_for_function("(since) => performance.now() > since + 1200", arg=since)  # a running clock would show it
    assert page.locator("[data-recorder-elapsed]").inner_text() == before
    press(page, "Continue")
    expect(page.locator("[data-recorder-announcer]")).to_have_text("Recording")
    press(page, "Stop")
    note(page, "done")
    assert heard(desk.uploads[0].audio)[0] < 3.3


def test_recording_ends_by_itself_at_the_limit(page: Page, desk: RecorderPage) -> None:
    opened(page, f"{desk.url}?seconds=2")
    page.locator("[data-recorder-record]").click()
    note(page, "done")
    assert 1.7 < heard(desk.uploads[0].audio)[0] < 3.5


def test_slip_of_the_finger_is_no_recording(page: Page, desk: RecorderPage) -> None:
    page.locator("[data-recorder-record]").click()
    press(page, "Stop")
    expect(page.locator("[data-recorder-problem]")).to_contain_text("too short")
    assert desk.uploads == []


def test_recording_can_be_heard_before_it_is_sent(page: Page) -> None:
    record(page, seconds=2)
    audio = note(page, "done").locator("audio")
    page.wait_for_function("() => Number.isFinite(document.querySelector('li.recorded audio').duration)")
    expect(audio).to_have_js_property("currentTime", 0)
    assert 1.7 < audio.evaluate("(audio) => audio.duration") < 3.5
    audio.evaluate("(audio) => audio.play()")
    page.wait_for_function("() => document.querySelector('li.recorded audio').currentTime > 0.3")


def test_deleted_recording_is_not_sent_and_can_be_brought_back(page: Page, desk: RecorderPage) -> None:
    record(page)
    note(page, "done")
    press(page, "Delete")
    note(page, "removed")
    expect(page.locator("#description")).to_have_value("")  # its untouched text goes with it
    press(page, "Bring back")
    note(page, "done")
    expect(page.locator("#description")).to_have_value("one two")
    press(page, "Delete")
    press(page, "Create")
    page.wait_for_url("**/?sent")
    assert desk.sent == [{"description": [""], "voice_note_ids": []}]


def test_record_anew_replaces_the_recording(page: Page, desk: RecorderPage) -> None:
    record(page)
    note(page, "done")
    press(page, "Record anew")
    expect(page.locator("[data-recorder-elapsed]")).to_have_text("0:01", timeout=PATIENCE_MS)
    press(page, "Stop")
    note(page, "done", index=1)
    press(page, "Create")
    page.wait_for_url("**/?sent")
    assert desk.sent[0]["voice_note_ids"] == [list(desk.notes)[1]]


def test_hidden_page_records_on_and_says_so(page: Page, desk: RecorderPage) -> None:
    start(page)
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    expect(page.locator("[data-recorder-hint]")).to_contain_text("the recording goes on")
    expect(page.locator("[data-recorder-elapsed]")).to_have_text("0:02", timeout=PATIENCE_MS)
    press(page, "Stop")
    note(page, "done")


def test_microphone_that_goes_away_ends_the_recording_and_keeps_it(page: Page, desk: RecorderPage) -> None:
    page.evaluate(
        """() => {
          const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async (wanted) => (window.stream = await ask(wanted));
        }"""
    )
    start(page, seconds=2)
    page.evaluate(
        "() => { const [track] = stream.getTracks(); track.stop(); track.dispatchEvent(new Event('ended')); }"
    )
    note(page, "done")
    assert heard(desk.uploads[0].audio)[0] > 0.9


def test_refused_microphone_says_how_to_allow_it_and_the_form_works(chromium: BrowserType, desk: RecorderPage) -> None:
    refusing = [switch for switch in CHROMIUM_ARGS if switch != "--use-fake-ui-for-media-stream"]
    browser = chromium.launch(executable_path=chromium_path(), args=[*refusing, "--deny-permission-prompts"])
    page = opened(browser.new_page(), desk.url)
    page.locator("[data-recorder-record]").click()
    expect(page.get_by_role("alert")).to_contain_text("allow the microphone")
    page.fill("#description", "typed instead")
    press(page, "Create")
    page.wait_for_url("**/?sent")
    browser.close()
    assert desk.sent == [{"description": ["typed instead"], "voice_note_ids": []}]


def test_without_scripts_a_sentence_stands_in_its_place(browser: Browser, desk: RecorderPage) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.url)
    expect(page.get_by_text("You can attach a sound file instead")).to_be_visible()
    expect(page.locator("[data-recorder-record]")).to_be_hidden()
    context.close()


def test_note_in_the_timeline_follows_its_recognition_and_plays_on(page: Page, desk: RecorderPage) -> None:
    desk.stages = [
        {"state": "waiting"},
        {"state": "waiting"},
        {"state": "working", "percent": 70},
        {"state": "done", "text": "three four"},
    ]
    start(page)
    press(page, "Create")
    page.wait_for_url("**/?sent")
    player = page.locator(".voice-note audio").element_handle()
    expect(page.locator(".voice-note__transcript")).to_have_text("three four", timeout=PATIENCE_MS)
    assert player is not None
    assert player.evaluate("(audio) => audio.isConnected")  # only the text was swapped
    assert page.locator(".voice-note [hx-get]").count() == 0


def test_buttons_are_large_enough_for_a_thumb(page: Page) -> None:
    buttons = {"[data-recorder-record]": 56, "[data-recorder-pause]": 56, "[data-recorder-stop]": 56}
    heights = {"[data-recorder-record]": page.locator("[data-recorder-record]").bounding_box()}
    start(page)
    heights |= {name: page.locator(name).bounding_box() for name in list(buttons)[1:]}
    press(page, "Stop")
    note(page, "done")
    heights |= {"[data-note-remove]": page.locator("[data-note-remove]").bounding_box()}
    buttons["[data-note-remove]"] = 44
    assert {name: box["height"] >= buttons[name] for name, box in heights.items() if box} == dict.fromkeys(
        buttons, True
    )


def test_answer_lost_on_the_way_back_makes_no_second_note(page: Page, desk: RecorderPage) -> None:
    lost = threading.Event()

    def drop(route: Route) -> None:
        if lost.is_set():
            route.continue_()
        else:
            lost.set()
            route.fetch()
            route.abort()

    page.route("**/voice-notes", drop)
    record(page)
    note(page, "done")
    assert len(desk.uploads) == 2
    assert len(desk.notes) == 1
