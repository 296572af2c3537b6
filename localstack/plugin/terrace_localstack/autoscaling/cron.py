"""When a five-field cron expression is due next, in a time zone.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
NAMES = {
    **{
        name: number
        for number, name in enumerate(
            ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1
        )
    },
    **{name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))},
}


class CronError(ValueError):
    """The expression or the time zone is not valid."""


@dataclass(frozen=True)
class Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    @classmethod
    def parse(cls, text: str) -> "Cron":
        fields = text.split()
        if len(fields) != 5:
            raise CronError(f"'{text}' has {len(fields)} fields, a recurrence has 5")
        minutes, hours, days, months, weekdays = (
            _values(field, *limits) for field, limits in zip(fields, RANGES, strict=True)
        )
        either = not fields[2].startswith("*") and not fields[4].startswith("*")
        return cls(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either)

    def next(self, after: datetime, zone_name: str) -> datetime:
        """Returns the first time after ``after`` at which the expression is due, in UTC."""
        zone = _zone(zone_name)
        day = after.astimezone(zone).date()
        for _ in range(366 * 5):
            if self._on(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
                        if due > after:
                            return due
            day += timedelta(days=1)
        raise CronError("the recurrence is never due")

    def _on(self, day) -> bool:
        in_month, on_weekday = day.day in self.days, (day.isoweekday() % 7) in self.weekdays
        matches = (in_month or on_weekday) if self.either_day else (in_month and on_weekday)
        return day.month in self.months and matches


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CronError(f"'{name}' is not a time zone") from error


def _values(field: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _number(first)
            end = _number(last) if last else (high if step else start)
        if not (low <= start <= end <= high) or (step and not step.isdigit()) or step == "0":
            raise CronError(f"'{part}' is not within {low}-{high}")
        values.update(range(start, end + 1, int(step or 1)))
    return frozenset(values)


def _number(text: str) -> int:
    if text.upper() in NAMES:
        return NAMES[text.upper()]
    if not text.isdigit():
        raise CronError(f"'{text}' is not a number")
    return int(text)
