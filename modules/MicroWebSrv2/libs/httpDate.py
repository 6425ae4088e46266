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
    """Returns an IMF-fixdate as the comparable tuple (y, m, d, h, min, s), or None if it is not one."""
    parts = text.split(" ")
    if len(parts) != 6 or parts[5] != "GMT" or len(parts[2]) != 3 or len(parts[4]) != 8:
        return None
    month = _MONTHS.find(parts[2])
    numbers = [parts[3], parts[1]] + parts[4].split(":")
    if month < 0 or month % 3 or len(numbers) != 5:
        return None
    for number in numbers:
        if not number.isdigit():
            return None
    year, day, hour, minute, second = [int(number) for number in numbers]
    return year, month // 3 + 1, day, hour, minute, second
