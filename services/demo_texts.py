"""What the demo desk tells: believable tickets of network engineers, in every status, and two sections of articles."""

from collections.abc import Sequence
from dataclasses import dataclass, field

CLIENT, COLLEAGUE, STRANGER = "client@romashka.example", "colleague@romashka.example", "stranger@vasilek.example"
AGENT, SERVICE, ADMIN = "agent@desk.example", "service@desk.example", "admin@desk.example"


@dataclass(frozen=True)
class Step:
    """`what`: assign, say, note, defer, service-center, robot, or a plain verb of the table of moves."""

    hours_ago: float
    who: str
    what: str
    text: str = ""


@dataclass(frozen=True)
class Story:
    author: str
    hours_ago: float
    subject: str
    type: str
    description: str
    priority: str = "normal"
    serials: Sequence[str] = ()
    order: str = ""
    steps: Sequence[Step] = field(default_factory=tuple)
    is_read: bool = True


STORIES = (
    # Closed
    Story(
        STRANGER, 24 * 26, "Не приходит письмо с подтверждением регистрации коллеги", "account",
        "Коллега зарегистрировался вчера, письма нет ни во входящих, ни в спаме.",
        steps=(
            Step(24 * 26 - 2, ADMIN, "assign"),
            Step(24 * 26 - 2, ADMIN, "say", "Здравствуйте! Письмо отправлено повторно, проверьте, пожалуйста."),
            Step(24 * 26 - 5, STRANGER, "say", "Получили, спасибо!"),
            Step(24 * 25, ADMIN, "resolve"),
            Step(24 * 19, ADMIN, "close"),
        ),
    ),
    Story(
        CLIENT, 24 * 21, "SNR-S2985G-24T: не поднимается LACP с Juniper", "setup-help",
        "Агрегат из двух портов между SNR и Juniper EX. Со стороны SNR порты в состоянии Detached.\n\n"
        "Конфигурацию приложу, если нужна.",
        serials=("OE4423DS24",),
        steps=(
            Step(24 * 21 - 3, AGENT, "assign"),
            Step(24 * 21 - 4, AGENT, "say", "Добрый день! Проверьте, что на обеих сторонах режим active и "
                 "одинаковый lacp timeout. На SNR: port-group 1 mode active."),
            Step(24 * 20, CLIENT, "say", "Да, на Juniper стоял fast, у нас long. Поднялось, спасибо."),
            Step(24 * 20 - 1, AGENT, "resolve"),
            Step(24 * 14, ADMIN, "close"),
        ),
    ),
    # Resolved by the robot
    Story(
        CLIENT, 24 * 16, "Звонок: настройка DHCP relay", "consultation",
        "По телефону договорились прислать схему, продублируйте инструкцию сюда.",
        steps=(
            Step(24 * 16 - 2, AGENT, "assign"),
            Step(24 * 15, AGENT, "say", "Инструкция по DHCP relay: https://nag.wiki/display/DHCP\n"
                 "Пришлите, пожалуйста, схему подключения, проверим адресацию."),
            Step(24 * 9, "robot", "robot"),
            Step(24 * 3.2, "robot", "robot"),
        ),
        is_read=False,
    ),
    # Resolved by the specialist
    Story(
        COLLEAGUE, 24 * 6, "Подбор SFP-модулей для линии 40 км", "consultation",
        "Линия 40 км, затухание 9,5 дБ. Какие модули взять для SNR-S5210G, чтобы был запас?",
        steps=(
            Step(24 * 6 - 1, AGENT, "assign"),
            Step(24 * 5, AGENT, "say", "Подойдут SNR-SFP+W37-40: бюджет 16 дБ, запас 6 дБ."),
            Step(24 * 4, COLLEAGUE, "say", "То что нужно, заказываем."),
            Step(24 * 2, COLLEAGUE, "resolve"),
        ),
    ),
    # Service center
    Story(
        CLIENT, 24 * 8, "SNR-S2962-24T не включается после грозы", "service-center",
        "После грозы коммутатор не подаёт признаков жизни, блок питания гудит. Гарантия ещё действует.",
        priority="high", serials=("OE4423DS24",), order="0000012345",
        steps=(
            Step(24 * 8 - 1, AGENT, "assign"),
            Step(24 * 7, AGENT, "say", "Здравствуйте! Проверьте, пожалуйста, питание на другом кабеле и розетке."),
            Step(24 * 6, CLIENT, "say", "Проверили на двух розетках и с другим кабелем, то же самое."),
            Step(24 * 5, AGENT, "note", "Похоже на первичку блока питания. СЦ готов принять, серийник на гарантии."),
            Step(24 * 4, AGENT, "service-center", "СЦ готов принять оборудование. Отправьте коммутатор в заводской "
                 "упаковке: 620100, Екатеринбург, Сибирский тракт, 12, СЦ. Вложите копию накладной и номер заявки."),
        ),
    ),
    # Deferred
    Story(
        COLLEAGUE, 24 * 12, "Доработка прошивки: SNMP-счётчики на портах 10G", "firmware",
        "На S5210G счётчики ifHCInOctets на портах 10G обнуляются раз в сутки. На 1G всё верно.",
        serials=("FW9911AA07",),
        steps=(
            Step(24 * 12 - 2, AGENT, "assign"),
            Step(24 * 11, AGENT, "say", "Воспроизвели в лаборатории, передали разработчикам."),
            Step(24 * 10, COLLEAGUE, "say", "Хорошо, ждём. Подскажите срок, когда станет известен."),
            Step(24 * 9, AGENT, "defer", "Функционал будет исправлен в плановом выпуске прошивки. "
                 "Вернусь с результатом в указанную дату."),
        ),
    ),
    # Reopened
    Story(
        CLIENT, 24 * 7, "Перезагрузка SNR-S5210G при выгрузке конфигурации", "malfunction",
        "При copy running-config tftp устройство уходит в перезагрузку. Версия 7.0.3.5(R0241.0280).",
        priority="high", serials=("FW9911AA07",),
        steps=(
            Step(24 * 7 - 1, AGENT, "assign"),
            Step(24 * 6, AGENT, "say", "Обновите, пожалуйста, прошивку до 7.0.3.5(R0241.0310): ошибка исправлена."),
            Step(24 * 5, CLIENT, "say", "Обновили."),
            Step(24 * 4, AGENT, "resolve"),
            Step(20, CLIENT, "reopen"),
            Step(19.9, CLIENT, "say", "Сегодня ночью повторилось уже на новой версии. Лог приложу вечером."),
        ),
    ),
    # Waiting
    Story(
        CLIENT, 30, "SNR-S2962-24T обновление прошивки", "setup-help",
        "Здравствуйте,\nХотим обновить коммутатор, пришлите инструкцию и файл обновления.",
        serials=("OE4423DS23",), order="0000012345",
        steps=(
            Step(29, AGENT, "assign"),
            Step(28, AGENT, "say", "Здравствуйте,\nСкачать файлы обновления можно здесь: https://data.nag.wiki/SNR%20Switches/\n"
                 "Скачать инструкцию можно здесь: https://nag.wiki/display/update"),
            Step(27.9, AGENT, "say", "Дополнительная документация по оборудованию: https://nag.wiki"),
        ),
        is_read=False,
    ),
    Story(
        STRANGER, 52, "Не работает PoE на портах 9–16", "malfunction",
        "На половине портов нет питания, камеры не поднимаются. Порты 1–8 работают.",
        priority="high", serials=("PX7702BC41",),
        steps=(
            Step(50, AGENT, "assign"),
            Step(49, AGENT, "say", "Пришлите, пожалуйста, вывод show power inline и фото индикаторов."),
        ),
        is_read=False,
    ),
    # Open
    Story(
        CLIENT, 5, "Потери пакетов на аплинке после 22:00", "malfunction",
        "Каждый вечер с 22:00 до 00:30 на аплинке 2–3 % потерь. CRC растёт на порту 25.\n\n"
        "SW1#show interface ethernet 1/0/25\n  CRC 18233, input errors 18240",
        priority="critical", serials=("FW9911AA07", "OE4423DS23"),
        steps=(
            Step(4.5, AGENT, "assign"),
            Step(4, AGENT, "say", "Добрый день! Какой модуль стоит в порту 25 и когда его меняли последний раз?"),
            Step(1.5, CLIENT, "say", "SNR-SFP+LR-2, модуль новый, поменяли в пятницу. Пачкорд прежний."),
        ),
    ),
    Story(
        COLLEAGUE, 3, "Добавить коллегу: Иванова Мария, m.ivanova@romashka.example", "account",
        "Прошу привязать к нашей компании нового инженера. Она уже зарегистрировалась.",
    ),
    Story(
        STRANGER, 1, "Как включить Q-in-Q на SNR-S2989G?", "consultation",
        "Нужна инструкция по selective Q-in-Q, желательно с примером.",
        priority="low",
    ),
)  # fmt: skip

ARTICLES = (
    (
        "Программы, прошивки, документация",
        (
            (
                "Как обновить прошивку коммутатора SNR",
                "<p>Перед обновлением сохраните конфигурацию: <code>copy running-config startup-config</code>, "
                "и снимите её копию на TFTP-сервер.</p><h2>Порядок</h2><ol><li>Скачайте файл прошивки для своей модели."
                "</li><li>Поднимите TFTP-сервер в той же сети.</li><li>Загрузите файл: <pre>copy tftp://192.168.1.10/"
                "nos.img nos.img</pre></li><li>Перезагрузите коммутатор: <code>reload</code>.</li></ol>"
                "<p>Во время записи не отключайте питание. Обновление занимает до пяти минут.</p>",
            ),
        ),
    ),
    (
        "Регламент работы технической поддержки",
        (
            (
                "Регламент работы технической поддержки",
                "<p>График: понедельник – пятница, 8:30 – 17:30, часовой пояс Екатеринбург (GMT+5). "
                "Заявки принимаются круглосуточно.</p><p>Первая реакция — 2 рабочих часа с момента регистрации заявки. "
                "Полный текст с текущими сроками — на странице «Регламент» раздела «Помощь».</p>",
            ),
        ),
    ),
)
