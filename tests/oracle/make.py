#!/usr/bin/env python3
"""Writes tests/oracle/cldr.tsv: values as ICU formats them by CLDR, one `language kind value text` a line.

tests/oracle.rs reads every text back inside a sentence. Run it where PyICU is installed (Debian's python3-icu):

    /usr/bin/python3 tests/oracle/make.py > tests/oracle/cldr.tsv
"""

import datetime
import random
import sys

import icu

LOCALES = {
    "bg": "bg", "bs": "bs", "ca": "ca", "cs": "cs", "da": "da", "de": "de", "el": "el", "en": "en_GB", "es": "es", "et": "et",
    "eu": "eu", "fi": "fi", "fr": "fr", "ga": "ga", "gl": "gl", "hr": "hr", "hu": "hu", "is": "is", "it": "it", "lt": "lt",
    "lv": "lv", "mk": "mk", "mt": "mt", "nb": "nb", "nl": "nl", "nn": "nn", "pl": "pl", "pt": "pt_PT", "ro": "ro", "sk": "sk",
    "sl": "sl", "sq": "sq", "sr": "sr", "sr-Latn": "sr_Latn", "sv": "sv", "tr": "tr", "uk": "uk",
}
CURRENCY = {
    "bg": "BGN", "bs": "BAM", "cs": "CZK", "da": "DKK", "en": "GBP", "hr": "HRK", "hu": "HUF", "is": "ISK", "mk": "MKD",
    "nb": "NOK", "nn": "NOK", "pl": "PLN", "ro": "RON", "sq": "ALL", "sr": "RSD", "sr-Latn": "RSD", "sv": "SEK", "tr": "TRY",
    "uk": "UAH",
}
UTC = icu.TimeZone.createTimeZone("UTC")


def seconds(day):
    return datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.timezone.utc).timestamp()


def day(chance):
    return datetime.date(1991, 1, 1) + datetime.timedelta(days=chance.randrange(50 * 365))


def rows(code, locale, chance):
    for style in (icu.DateFormat.FULL, icu.DateFormat.LONG, icu.DateFormat.MEDIUM, icu.DateFormat.SHORT):
        form = icu.DateFormat.createDateInstance(style, locale)
        form.setTimeZone(UTC)
        for _ in range(10):
            d = day(chance)
            yield "date", d.isoformat(), form.format(seconds(d))
    generator = icu.DateTimePatternGenerator.createInstance(locale)
    for skeleton, precise in (("yMMMMd", True), ("yMMMM", False), ("yMMM", False)):
        form = icu.SimpleDateFormat(generator.getBestPattern(skeleton), locale)
        form.setTimeZone(UTC)
        for _ in range(6):
            d = day(chance)
            yield "date", d.isoformat() if precise else d.isoformat()[:7], form.format(seconds(d))
    for skeleton, precise in (("yMMMMd", True), ("yMMMd", True), ("yMMMM", False)):
        form = icu.DateIntervalFormat.createInstance(skeleton, locale)
        for reach in (5, 5, 200, 200, 1500, 1500):
            d = day(chance)
            e = d + datetime.timedelta(days=chance.randrange(1, reach))
            a, b = (d.isoformat(), e.isoformat()) if precise else (d.isoformat()[:7], e.isoformat()[:7])
            if a != b:
                yield "range", f"{a} {b}", form.format(icu.DateInterval(seconds(d), seconds(e)))
    for currency in sorted({"EUR", CURRENCY.get(code, "EUR")}):
        form = icu.NumberFormat.createCurrencyInstance(locale)
        form.setCurrency(currency)
        places = form.getMaximumFractionDigits()
        for _ in range(8):
            cents = chance.randrange(10 ** chance.randrange(3, 11))
            value = f"{cents // 100}.{cents % 100:02}" if places else str(cents // 100)
            yield "amount", f"{value} {currency}", form.format(float(value))
        plain = icu.NumberFormat.createInstance(locale)
        for _ in range(8):
            value = chance.randrange(10 ** chance.randrange(2, 10))
            yield "amount", f"{value} {currency}", f"{plain.format(value)} {currency}"
    form = icu.NumberFormat.createPercentInstance(locale)
    form.setMaximumFractionDigits(2)
    for _ in range(10):
        value = chance.randrange(1, 10001) / 100
        yield "percentage", f"{value:.2f}", form.format(value / 100)
    spell = icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.SPELLOUT, locale)
    known = [spell.getRuleSetName(i) for i in range(spell.getNumberOfRuleSetNames())]
    cardinal = [name for name in known if name.startswith("%spellout-cardinal")]
    # Where CLDR has no words for a language ICU says them in English.
    english = icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.SPELLOUT, icu.Locale("en")).format(7)
    if code == "en" or spell.format(7) != english:
        for name in cardinal:
            for reach in (21, 100, 100, 1000, 1000, 10000, 100000, 1000000):
                value = chance.randrange(2, reach)
                yield "words", str(value), spell.format(value, name).replace("\u00ad", "")


def main():
    print(f"# ICU {icu.ICU_VERSION}, CLDR as it brings it. Made by make.py.")
    for code, name in sorted(LOCALES.items()):
        chance = random.Random(f"kohex {code}")
        for kind, value, text in rows(code, icu.Locale(name), chance):
            print(code, kind, value, text, sep="\t")


if __name__ == "__main__":
    sys.exit(main())
