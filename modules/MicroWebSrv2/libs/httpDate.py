"""Dates in fields (RFC 9110 section 5.6.7)."""

_DAYS = "MonTueWedThuFriSatSun"
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def HttpDate(moment):
    """Returns the IMF-fixdate (RFC 9110 section 5.6.7) of a gmtime tuple."""
    day = moment[6] * 3
    month = moment[1] * 3 - 3
    return "%s, %02d %s %04d %02d:%02d:%02d GMT" % (
        _DAYS[day : day + 3],
        moment[2],
        _MONTHS[month : month + 3],
        moment[0],
        moment[3],
        moment[4],
        moment[5],
    )


def ParseHttpDate(text):
    """Returns a date as the comparable tuple (y, m, d, h, min, s), or None if it is not one.

    It may be an IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT"), or in the old
    forms "Sunday, 06-Nov-94 08:49:37 GMT" and "Sun Nov  6 08:49:37 1994".
    """
    parts = text.replace("-", " ").split(" ") if "," in text else text.split()
    if len(parts) == 5:  # asctime
        parts = [parts[0], parts[2], parts[1], parts[4], parts[3], "GMT"]
    if len(parts) != 6 or parts[5] != "GMT" or len(parts[2]) != 3 or len(parts[4]) != 8:
        return None
    if parts[4][2] != ":" or parts[4][5] != ":":
        return None
    if len(parts[3]) == 2 and _IsNumber(parts[3]):
        parts[3] = ("19" if int(parts[3]) >= 70 else "20") + parts[3]
    month = _MONTHS.find(parts[2])
    numbers = [parts[3], parts[1]] + parts[4].split(":")
    if month < 0 or month % 3 or len(numbers) != 5:
        return None
    for number in numbers:
        if not _IsNumber(number):
            return None
    year, day, hour, minute, second = [int(number) for number in numbers]
    return year, month // 3 + 1, day, hour, minute, second


def _IsNumber(text):
    for char in text:  # str.isdigit would let a superscript pass, which is no number to int
        if not "0" <= char <= "9":
            return False
    return text != ""
