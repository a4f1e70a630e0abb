"""The guide, the regulations and the consent as pages (S3, S12, S90–S103)."""

from flask import Flask
from flask.testing import FlaskClient

from tests.blueprints.html import Page


def test_the_guide_and_the_regulations_are_there(app: Flask, guest: FlaskClient) -> None:
    text = Page(guest.get("/help")).text
    for chapter in ("Регистрация", "Открыть заявку", "Работа с заявкой", "Уведомления", "Добавить коллегу к моей заявке",
                    "База знаний", "Изменить данные в личном кабинете", "Мобильное приложение", "Telegram",
                    "Регламент работы технической поддержки", "Ответы на частые вопросы"):  # fmt: skip
        assert chapter in text  # S3
    rules = Page(guest.get("/help/regulations")).text
    for words in (
        "Понедельник – Пятница 8:30 - 17:30",  # S90
        "Суббота – Воскресенье",
        "Часовой пояс Екатеринбург (GMT+5)",
        "Круглосуточно на",  # S91
        "2 рабочих часа с момента регистрации заявки в системе Help Desk",  # S92
        "Уточнение данных для идентификации оборудования или услуги",  # S93
        "Назначение заявки профильному специалисту",
        "Первый ответ в течение суток после идентификации оборудования по заявке",  # S94
        "Функционал будет добавлен вместе с плановым выпуском прошивки запланированным на 3 квартал",  # S97
        "Заявка считается решенной если:",  # S101
        "в рамках базовой гарантийной поддержки",
        "Негарантийное оборудование с предварительным согласованием условий в заявке.",  # S103
    ):
        assert words in rules, words
    consent = Page(guest.get("/help/consent"))
    assert "Редакция 2026-01" in consent.text and "персональных данных" in consent.text  # S12
